"""Slips: small changes to the rules themselves, as a tired hand makes them, to see whether anything notices.

An attribute is renamed, a constant becomes None, or a comparison is turned. The changed module, and those that import
from it what the change reaches, are executed apart with a catalogue of their own. The requirements that the change
reaches are judged on the recorded base, on their mutants and on the legal changes, as the kill matrix does.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import CodeType, ModuleType
from unittest.mock import patch

from inferproof import requirements
from inferproof.document import Contract
from inferproof.judge.judge import Judgement, Outcome, judge
from inferproof.judge.requirement import Requirement
from inferproof.judge.subject import Subject
from inferproof.requirements import CATALOGUE
from inferproof.wire.exchange import Exchange
from tests.proof.mutants import SPARED, load_all
from tests.proof.operators.survey import share_request_side

PACKAGE = requirements.__name__
FOLDER = Path(requirements.__file__).parent

TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}

LEVELS = ("must", "should", "may")
SELECTING = ("of", "where", "wrong_at")
"""What a declaration says of the exchanges that it judges."""

Name = tuple[str, str]
"""A module of the rules, and what stands at its top level."""


@dataclass(frozen=True)
class Slip:
    """One change. `node` is the number of the node in its module; a comparison of several parts is turned in one."""

    module: str
    where: str
    what: str
    node: int
    part: int = 0

    def __str__(self) -> str:
        return f"{self.module}.{self.where}: {self.what}"


class Rules:
    """The modules of the rules as trees, and which of their names lead to which requirements."""

    def __init__(self) -> None:
        self._texts = {
            each.name: (FOLDER / f"{each.name}.py").read_text(encoding="utf-8")
            for each in pkgutil.iter_modules(requirements.__path__)
        }
        self._code: dict[str, CodeType] = {}
        self._users: dict[Name, set[Name]] = defaultdict(set)
        self._ids: dict[Name, list[str]] = defaultdict(list)
        self._imports: dict[str, set[str]] = defaultdict(set)
        for module in self._texts:
            self._read(module)

    def _read(self, module: str) -> None:
        tree = ast.parse(self._texts[module])
        meant = {name: (module, name) for statement in tree.body for name in _defined(statement)}
        for statement in tree.body:
            if isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith(f"{PACKAGE}."):
                source = (statement.module or "").rpartition(".")[2]
                self._imports[module].add(source)
                meant.update((each.asname or each.name, (source, each.name)) for each in statement.names)
        for statement in tree.body:
            used = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
            for name in _defined(statement):
                for each in used & meant.keys():
                    self._users[meant[each]].add((module, name))
                self._ids[module, name] += [_id(module, each) for each in _declarations(statement)]

    @cached_property
    def slips(self) -> list[Slip]:
        """Every change that there is."""
        return [slip for module, text in self._texts.items() for slip in _slips(module, ast.parse(text))]

    def sample(self, seed: int, count: int) -> list[Slip]:
        """So many of them, of each module as many and of each kind as many as there are."""
        rng = random.Random(seed)
        piles: dict[tuple[str, str], list[Slip]] = defaultdict(list)
        for slip in self.slips:
            piles[slip.module, slip.what.partition(" ")[0]].append(slip)
        for pile in piles.values():
            rng.shuffle(pile)
        taken: list[Slip] = []
        while len(taken) < count and piles:
            keys = list(piles)
            rng.shuffle(keys)
            for key in keys[: count - len(taken)]:
                taken.append(piles[key].pop())
                if not piles[key]:
                    del piles[key]
        return taken

    def reached(self, slip: Slip) -> set[Name]:
        """What a change alters: the place itself, and all that uses it, in whatever module."""
        found: set[Name] = set()
        todo = [(slip.module, slip.where)]
        while todo:
            name = todo.pop()
            if name not in found:
                found.add(name)
                todo.extend(self._users[name])
        return found

    def ids(self, names: Iterable[Name]) -> list[str]:
        return sorted(id for name in names for id in self._ids.get(name, ()))

    def executed(self, slip: Slip | None, modules: Collection[str]) -> dict[str, Requirement]:
        """The requirements of these modules, executed apart, one of them with a change. Raises what they raise."""
        catalogue: dict[str, Requirement] = {}
        with patch("inferproof.judge.requirement.CATALOGUE", catalogue), _replaceable(modules):
            for name in self._in_order(modules):
                code = self._compiled(name) if slip is None or slip.module != name else self._changed(slip)
                module = ModuleType(f"{PACKAGE}.{name}")
                sys.modules[module.__name__] = module
                exec(code, module.__dict__)
        return catalogue

    def _in_order(self, modules: Collection[str]) -> list[str]:
        """Each behind those that it imports."""
        ordered: list[str] = []

        def add(name: str) -> None:
            for each in sorted(self._imports[name]):
                add(each)
            if name in modules and name not in ordered:
                ordered.append(name)

        for name in sorted(modules):
            add(name)
        return ordered

    def _compiled(self, module: str) -> CodeType:
        if module not in self._code:
            self._code[module] = compile(self._texts[module], f"{module}.py", "exec")
        return self._code[module]

    def _changed(self, slip: Slip) -> CodeType:
        tree = ast.parse(self._texts[slip.module])
        node = list(ast.walk(tree))[slip.node]
        if isinstance(node, ast.Attribute):
            node.attr += "_renamed"
        elif isinstance(node, ast.Constant):
            node.value = None
        else:
            assert isinstance(node, ast.Compare)
            node.ops[slip.part] = TURNED[type(node.ops[slip.part])]()
        return compile(tree, f"{slip.module}.py, with a slip", "exec")


@contextmanager
def _replaceable(modules: Collection[str]) -> Iterator[None]:
    """Whatever is put in the place of these modules is gone afterwards."""
    names = [f"{PACKAGE}.{name}" for name in modules]
    kept = {name: importlib.import_module(name) for name in names}
    try:
        yield
    finally:
        sys.modules.update(kept)


def _defined(statement: ast.stmt) -> list[str]:
    """The names that a statement at the top level gives: to a rule in one line, that in its declaration."""
    match statement:
        case ast.FunctionDef() | ast.ClassDef():
            return [statement.name]
        case ast.Assign():
            found = [node for target in statement.targets for node in ast.walk(target)]
            return [node.id for node in found if isinstance(node, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case ast.Expr():
            return [ast.literal_eval(each.args[0]) for each in _declarations(statement)]
    return []


def _declarations(statement: ast.stmt) -> list[ast.Call]:
    """Each `rules.must(…)` above a judging function, or the one before `.refuse("…")`."""
    match statement:
        case ast.FunctionDef(decorator_list=decorators):
            return [each for each in decorators if isinstance(each, ast.Call) and _declares(each)]
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Call() as inner))) if _declares(inner):
            return [inner]
    return []


def _declares(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr in LEVELS and isinstance(call.func.value, ast.Name)


def _id(module: str, declaration: ast.Call) -> str:
    """The whole id: its group has the beginning of it."""
    assert isinstance(declaration.func, ast.Attribute)
    group = getattr(importlib.import_module(f"{PACKAGE}.{module}"), ast.unparse(declaration.func.value)).id
    id: str = ast.literal_eval(declaration.args[0])
    return f"{group}.{id}" if group else id


def _slips(module: str, tree: ast.Module) -> Iterator[Slip]:
    numbers = {id(node): number for number, node in enumerate(ast.walk(tree))}
    seen: Counter[tuple[str, str]] = Counter()
    for statement in tree.body:
        for name in _defined(statement)[:1]:
            for node, around in _places(statement):
                for part, what in _changes(node):
                    described = f"{what} in `{_short(around)}`"
                    seen[name, described] += 1
                    again = seen[name, described]
                    described += f", the {again}th" if again > 1 else ""
                    yield Slip(module, name, described, numbers[id(node)], part)


def _places(statement: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """The nodes that may be changed, each with what it stands in.

    Not what Python or the import of a module looks at: docstrings, annotations, a declaration or a group but for the
    selection.
    """
    for child in ast.iter_child_nodes(statement):
        match child:
            case ast.Expr(value=ast.Constant()) | ast.arg() | ast.JoinedStr(values=[ast.Constant()]):
                continue
            case ast.Call(func=ast.Attribute(value=ast.Call() as inner, attr="refuse" | "accept" | "with_notes")):
                yield from _selections(inner)
                continue
            case ast.Call() if _declares(child) or _groups(child):
                yield from _selections(child)
                continue
            case ast.Constant() if isinstance(statement, ast.JoinedStr | ast.FormattedValue | ast.MatchValue):
                continue
        if child is getattr(statement, "returns", None) or child is getattr(statement, "annotation", None):
            continue
        yield child, statement
        yield from _places(child)


def _groups(call: ast.Call) -> bool:
    match call.func:
        case ast.Name(id="Rules") | ast.Attribute(attr="part"):
            return True
    return False


def _selections(call: ast.Call) -> Iterator[tuple[ast.AST, ast.AST]]:
    for keyword in call.keywords:
        if keyword.arg in SELECTING:
            yield from _places(keyword)


def _changes(node: ast.AST) -> Iterator[tuple[int, str]]:
    match node:
        case ast.Attribute(ctx=ast.Load()):
            yield 0, f"rename `{node.attr}`"
        case ast.Constant(value=str() | bytes() | int() | float()) if node.value is not False:  # None is as false
            yield 0, f"None for `{node.value!r}`"
        case ast.Compare():
            for part, operator in enumerate(node.ops):
                if type(operator) in TURNED:
                    yield part, f"turn `{type(operator).__name__}`"


def _short(node: ast.AST, limit: int = 90) -> str:
    """The first line of what a change stands in."""
    while isinstance(node, ast.keyword):
        node = node.value
    try:
        text = ast.unparse(node)
    except (AttributeError, ValueError):
        text = type(node).__name__
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


class Bench:
    """A recorded run, and what the mutants make of it, on which changed rules are judged."""

    def __init__(self, rules: Rules, exchanges: Sequence[Exchange], contract: Contract) -> None:
        self._rules, self._contract = rules, contract
        self._mutants = load_all()
        self._exchanges = exchanges
        self._answers = [Subject(exchange, contract) for exchange in exchanges]
        self._subjects = {id(each.exchange): each for each in self._answers}
        self._made: dict[str, list[tuple[list[Exchange], Outcome]]] = {}
        self._usual = {each.requirement.id: each for each in self._judged(CATALOGUE.values(), exchanges)}

    def shows(self, slip: Slip) -> str:
        """How a change shows: `no import`, `harness error`, `outcome`, `mutant`, `legal change` or `evidence`.

        `evidence`: the outcome is the same, and other exchanges were looked at. Empty where it does not show.
        """
        names = self._rules.reached(slip)
        ids = self._rules.ids(names)
        try:
            catalogue = self._rules.executed(slip, {module for module, _ in names})
        except Exception:  # whatever it is, nobody could miss it
            return "no import"
        changed = [catalogue[id] for id in ids]
        found = self._judged(changed, self._exchanges)
        if any(each.outcome is Outcome.HARNESS_ERROR for each in found):
            return "harness error"
        if any(each.outcome is not self._usual[each.requirement.id].outcome for each in found):
            return "outcome"
        for requirement in changed:
            for exchanges, usual in self._variants(requirement.id):
                [judgement] = self._judged([requirement], exchanges)
                if judgement.outcome is Outcome.HARNESS_ERROR:
                    return "harness error"
                if judgement.outcome is not usual:
                    return "mutant" if usual is Outcome.FAIL else "legal change"
        return "evidence" if any(each.judged != self._usual[each.requirement.id].judged for each in found) else ""

    def _variants(self, id: str) -> list[tuple[list[Exchange], Outcome]]:
        """What each mutant and each legal change makes of the exchanges that it looks at, and how that is judged."""
        if id not in self._made:
            self._made[id] = []
            for variant in [*self._mutants.get(id, []), *SPARED.get(id, [])]:
                judged = variant.looks_at(self._answers)
                exchanges = [self._kept(variant.exchange(answer), answer) for answer in judged]
                [usual] = self._judged([CATALOGUE[id]], exchanges)
                self._made[id].append((exchanges, usual.outcome))
        return self._made[id]

    def _kept(self, exchange: Exchange, answer: Subject) -> Exchange:
        """What was found out about the request is found out once."""
        if id(exchange) not in self._subjects:
            subject = Subject(exchange, self._contract)
            if (exchange.request, exchange.role) == (answer.exchange.request, answer.exchange.role):
                share_request_side(answer, subject)
            self._subjects[id(exchange)] = subject
        return exchange

    def _judged(self, changed: Iterable[Requirement], exchanges: Sequence[Exchange]) -> list[Judgement]:
        with patch("inferproof.judge.judge.Subject", lambda exchange, contract, declined: self._subjects[id(exchange)]):
            return judge(changed, exchanges, self._contract)
