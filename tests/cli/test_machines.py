"""For machines: JSON of every command, errors too, held by the schema of the docs; SARIF; several files."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint.jsonschema import StandardValidator  # type: ignore[import-untyped] # it has no types

from .desk import BREAKGLASS, Desk

HERE = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((HERE / "docs" / "reference" / "reports.schema.json").read_text())
WRONG = BREAKGLASS + "      TableClass: GOLD\n"


def held(text: str, kind: str) -> dict[str, Any]:
    """The report, which is one of its kind by the schema."""
    document: dict[str, Any] = json.loads(text)
    schema = SCHEMA | {"$ref": f"#/$defs/{kind}"}
    errors = [error.message for error in StandardValidator(schema).iter_errors(document)]
    assert not errors, errors
    assert document["format_version"] == 1
    return document


def test_a_plan(desk: Desk) -> None:
    head = "Parameters: {K: {Type: String}}\n"
    result = desk.plan(f"{head}{BREAKGLASS}      TableClass: !Ref K\n", "--json")
    report = held(result.stdout, "plan")
    assert (report["exit_status"], result.exit_code) == (1, 1)
    assert report["tables"][0]["unknown"][0]["property"] == "TableClass"
    detailed = held(desk.plan(BREAKGLASS, "--json", "--detailed-exitcode").stdout, "plan")
    assert (detailed["exit_status"], held(desk.plan(BREAKGLASS, "--json").stdout, "plan")["exit_status"]) == (2, 0)


def test_status(desk: Desk) -> None:
    desk.deploy(BREAKGLASS)
    assert held(desk.type("status", "--json").stdout, "status")["exit_status"] == 0
    desk.plane.given_table("sentinel-other", tags={"sentinel:stack-id": "x", "sentinel:logical-id": "y"})
    report = held(desk.type("status", "--json").stdout, "status")
    assert report["exit_status"] == 2
    assert report["tables"][1]["drift"] == "broken"


def test_findings(desk: Desk) -> None:
    name = desk.file(WRONG)
    report = held(desk.type("validate", name, "--json").stdout, "findings")
    assert report["exit_status"] == 1
    (file,) = report["files"]
    assert (file["file"], file["tables"], file["findings"][0]["line"]) == (name, 1, 8)
    assert report == held(desk.type("validate", name, "--format", "json").stdout, "findings")


def test_a_schema_and_the_folder_of_the_rules(desk: Desk) -> None:
    assert held(desk.type("schema", "approval", "--json").stdout, "schema")["schema"] == "approval"
    assert Path(held(desk.type("rules", "--json").stdout, "rules")["folder"]).is_dir()


def test_wiring(desk: Desk) -> None:
    desk.deploy(BREAKGLASS)
    assert held(desk.type("wiring", "records", "--json").stdout, "wiring")["stack"] == "records"


ERRORS = {
    "a file that is not there": (("validate", "nothing.yaml"), "nothing.yaml cannot be read: No such file or directory."),
    "a value that is none": (("plan", "nothing.yaml", "--parameters", "x"), "x is not KEY=VALUE."),
    "an option that there is not": (("status", "--nope"), "No such option: --nope"),
    "a command that there is not": (("nope",), "No such command 'nope'."),
    "a schema that there is not": (("schema", "ledger"), 'There is no schema "ledger".'),
}


@pytest.mark.parametrize(("words", "message"), ERRORS.values(), ids=ERRORS)
def test_an_error(desk: Desk, words: tuple[str, ...], message: str) -> None:
    result = desk.type(*words, "--json")
    assert result.exit_code == 1
    assert held(result.stdout, "error")["error"]["message"].startswith(message)
    assert message in result.stderr


def test_what_aws_refuses_is_an_error_too(desk: Desk) -> None:
    desk.failing = {"list_tables": "ExpiredTokenException"}
    for command in ("status", "left-behind"):
        assert "ExpiredTokenException" in held(desk.type(command, "--json").stdout, "error")["error"]["message"]


def written(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)


FILES = {"a/one.yaml": BREAKGLASS, "a/two.yaml": WRONG, "b/three.yaml": "[", "b/other.txt": "text"}


@pytest.mark.parametrize("words", [("**/*.yaml",), ("a/one.yaml", "a/two.yaml", "b/three.yaml")])
def test_several_files_and_patterns(desk: Desk, words: tuple[str, ...]) -> None:
    written(desk.folder, FILES)
    told = desk.type("validate", *words)
    assert told.exit_code == 1
    assert told.stdout.splitlines() == [
        'a/two.yaml:8: BreakGlass: Property TableClass is "GOLD". It takes STANDARD or STANDARD_INFREQUENT_ACCESS.',
        "b/three.yaml:2 is not YAML or JSON: did not find expected node content. Mend the template there.",
        "Checked 2 tables in 3 files: 2 problems.",
    ]


def test_a_pattern_that_nothing_matches(desk: Desk) -> None:
    assert desk.type("validate", "*.json").stderr == "Error: No file matches *.json. Correct the pattern.\n"


def test_a_parameter_is_given_to_the_templates_that_have_it(desk: Desk) -> None:
    written(desk.folder, {"a.yaml": "Parameters: {Name: {Type: String}}\n" + BREAKGLASS, "b.yaml": BREAKGLASS})
    assert desk.type("validate", "*.yaml", "--parameters", "Name=x").exit_code == 0
    assert desk.type("validate", "b.yaml", "--parameters", "Name=x").exit_code == 1


def test_code_scanning(desk: Desk) -> None:
    written(desk.folder, FILES | {"a/double.yaml": f"Description: a\nDescription: b\n{BREAKGLASS}"})
    result = desk.type("validate", "a/*.yaml", "--format", "sarif")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert [(one["level"], one["ruleId"] in rules) for one in run["results"]] == [("warning", True), ("error", True)]
    place = run["results"][1]["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("a/two.yaml", 8)
    assert run["results"][1]["message"]["text"].startswith('BreakGlass: Property TableClass is "GOLD".')


WORKFLOW = HERE / "examples" / "github" / "sentinel-tables.yml"


def test_the_commands_of_the_example_for_github_are_right(desk: Desk) -> None:
    (desk.folder / "TEMPLATES").mkdir()
    (desk.folder / "TEMPLATES" / "tables.yaml").write_text(BREAKGLASS)
    steps = [step for job in yaml.safe_load(WORKFLOW.read_text())["jobs"].values() for step in job["steps"]]
    lines = [line.strip() for step in steps for line in step.get("run", "").splitlines()]
    commands = [line.partition(" > ")[0] for line in lines if line.startswith("sentinel-tables ")]
    assert [command.split()[1] for command in commands] == ["validate", "plan"]
    for command in commands:
        result = desk.type(*shlex.split(command)[1:])
        assert (result.exit_code, result.stderr) == (0, "")
