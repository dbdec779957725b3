"""Makes the forecasts for all tables of a template, and for those that it no longer has."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from sentinel_tables_cli.account.lookups import exports_of, looked_up
from sentinel_tables_cli.account.stacks import Stack, change_set, look_up
from sentinel_tables_cli.account.tables import Account
from sentinel_tables_cli.checks.properties import Problem, known
from sentinel_tables_cli.checks.validation import DOUBLE, UNKNOWN_LOOP, check_names, wrong_around, wrong_in_sections
from sentinel_tables_cli.forecast.outcome import Circumstances, Forecast, Report, TableOutcome, refused
from sentinel_tables_cli.forecast.removal import removal, replaced
from sentinel_tables_cli.forecast.table import forecast
from sentinel_tables_cli.forecast.unsent import sent, typed
from sentinel_tables_cli.mistakes import Mistake
from sentinel_tables_cli.template.document import POLICY_UNKNOWN, Resource, Template
from sentinel_tables_cli.template.parameters import without_value
from sentinel_tables_cli.template.passed_over import Maker, left_out, makers, served, why_left_out
from sentinel_tables_cli.template.values import Exports, Scope, Unknown

PERHAPS_MADE = "The template's text no longer has it; {} may make it, which only CloudFormation expands."


def plan_change_set(name: str, stack_name: str, prefix: str, means: Account) -> Report:
    """Forecasts the deployment of a change set. Raises Mistake."""
    if not stack_name:
        raise Mistake("A change set belongs to a stack. Name the stack with --stack.")
    found = change_set(means.cloudformation(), name, stack_name)
    return plan_template(found.template, found.values, stack_name, prefix, means)


def plan_template(template: Template, given: Mapping[str, object], stack_name: str, prefix: str, means: Account) -> Report:
    """Forecasts a deployment of the template. Raises Mistake."""
    check_names(template, given)
    stack, note = look_up(means.cloudformation(), stack_name) if stack_name else (None, "")
    values: dict[str, object] = {**_previous(template, stack), **given}
    exports = exports_of(means.cloudformation)
    pseudo, stored = _pseudo(template, stack_name, stack, means), looked_up(template, values, means.ssm)
    scope = template.scope(values, pseudo, exports, stored)
    around = Circumstances(means.eyes, stack, prefix, means.now())
    before = _scope_before(stack, means, exports)
    deployed = _deployed(stack, before)
    resources = {table.logical_id: table for table in template.tables(scope) if table.present is not False}
    wrong = wrong_around(template, resources.values())
    forecasts = [_one(resource, deployed.get(name), around, wrong.get(name, ())) for name, resource in resources.items()]
    around = replace(around, adopters={found.table: found.logical_id for found in forecasts if found.adopts})
    forecasts = [replaced(found, resources[found.logical_id], around) if found.replaces else found for found in forecasts]
    loops = [
        refused(loop.name, "", TableOutcome.UNKNOWN, UNKNOWN_LOOP.format(found.why)) for loop, found in template.loops(scope)
    ]
    made_by = tuple(makers(template, scope))
    removals = [] if loops else _removals(resources, deployed, around, made_by)
    types = stack.template.types(before) if stack and stack.template else {}
    found = tuple(typed(one, types, template.types(scope)) for one in (*forecasts, *loops, *removals))
    if stack and stack.refusal:
        found = tuple(one.stopped(stack.refusal) for one in found)
    told = (f"{maker.name}: {maker.note}" for maker in made_by)
    notes = (*_doubles(template, stack), *_notes(note, stack_name, stack), *told, *_left_out(template, scope, stack, before))
    return Report(found, notes, tuple(_refused(template, values, scope)))


def _refused(template: Template, values: Mapping[str, object], scope: Scope) -> Iterator[str]:
    """The reasons why CloudFormation refuses the template as a whole."""
    yield from (problem.message for _, problem in wrong_in_sections(template, values, scope))
    yield from (message for _, message in without_value(template, values))


def _doubles(template: Template, stack: Stack | None) -> Iterator[str]:
    for one in (template, stack.template if stack else None):
        for double in one.doubles if one else ():
            yield f"{one.name if one else ''}:{double.line}: {double.key}: {DOUBLE.format(double.before)}"


def _previous(template: Template, stack: Stack | None) -> dict[str, str | Unknown]:
    """The values that the stack's parameters have now, as far as the template still has them."""
    parameters = stack.parameters if stack else {}
    return {name: value for name, value in parameters.items() if name in template.parameters}


def _pseudo(template: Template, stack_name: str, stack: Stack | None, means: Account) -> dict[str, object]:
    pseudo = dict(means.pseudo("AWS::AccountId" in json.dumps(template.document, default=str)))
    for name in ("AWS::StackName", "AWS::StackId") if not stack_name else ():
        pseudo[name] = Unknown(f"{name}: name the stack with --stack")
    if stack_name:
        pseudo["AWS::StackName"] = stack.name if stack else stack_name
    if stack and stack.stack_id:
        pseudo["AWS::StackId"] = stack.stack_id
    return pseudo


def _scope_before(stack: Stack | None, means: Account, exports: Exports) -> Scope:
    """The values that the stack was deployed with, as far as they are known."""
    if stack is None or stack.template is None:
        return Scope()
    stored = looked_up(stack.template, stack.parameters, means.ssm)
    return stack.template.scope(stack.parameters, _pseudo(stack.template, stack.name, stack, means), exports, stored)


def _deployed(stack: Stack | None, scope: Scope) -> dict[str, Resource]:
    """The tables of the stack as it was deployed; those whose properties are not known have none."""
    if stack is None:
        return {}
    found = {table.logical_id: table for table in stack.template.tables(scope)} if stack.template else {}
    return {name: found.get(name, Resource(name, {}, deletion_policy=POLICY_UNKNOWN)) for name in stack.tables}


def _one(resource: Resource, before: Resource | None, around: Circumstances, wrong: tuple[Problem, ...]) -> Forecast:
    old = known(before.properties).properties if before else None
    found = forecast(resource, old or ({} if before else None), around)
    return found.stopped(*map(_placed, wrong)) if wrong else sent(found, resource, before)


def _placed(problem: Problem) -> str:
    """With its place, which is outside the table's own properties."""
    return f"{'.'.join(str(step) for step in problem.path if not str(step).startswith('Fn::'))}: {problem.message}"


def _removals(
    resources: Mapping[str, Resource], deployed: Mapping[str, Resource], around: Circumstances, made_by: Iterable[Maker]
) -> Iterator[Forecast]:
    for name, resource in deployed.items():
        if name in resources or around.stack is None:
            continue
        table = around.stack.tables[name]
        if maker := next((maker.name for maker in made_by if maker.may_make(name)), ""):
            yield refused(name, table, TableOutcome.UNKNOWN, PERHAPS_MADE.format(maker))
        else:
            yield removal(resource, table, around)


def _notes(note: str, stack_name: str, stack: Stack | None) -> Iterator[str]:
    if stack and stack.note:
        yield stack.note
    if note:
        yield f"Not seen: {note}; tables that exist are judged by their tags."
    elif not stack_name:
        yield (
            "Without --stack the owner is not known; a table that exists is judged by its tags. "
            "What the template takes back is not known either."
        )


def _left_out(template: Template, scope: Scope, stack: Stack | None, before: Scope) -> Iterator[str]:
    """The resources that the provider serves, or did, and the plan leaves out."""
    yield from (f"{entry.name}: {why}" for entry, why in left_out(template, scope))
    if stack and stack.template:
        here = {entry.name for entry in template.entries(scope)}
        gone = [entry for entry in served(stack.template, before) if entry.name not in here]
        yield from (f"{entry.name}, which the template no longer has: {why_left_out(entry)}" for entry in gone)
