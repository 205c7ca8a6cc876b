"""The command ``ancrage``.

Nothing of the program is imported here: each subcommand loads what it needs, so that help comes
at once.
"""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from typing import override

import click

COMMANDS = {
    "compare": "Compare scenarios with the baseline on the same draws.",
    "validate": "Hold the baseline against published figures.",
    "calibrate": "Calibrate assumptions on published figures.",
    "sensitivity": "What results rest on, and where their intervals come from.",
    "explain": "Share out what a scenario changes: by lever, channel, followed case.",
    "resilience": "Measure what shocks do under scenarios: lost, kept, regained.",
    "spaser": "SPASER table of buyers: ranges, targets, means; lever sets that reach a target.",
    "serve": "Open the web interface.",
    "report": "Write the printable report of a comparison: HTML, PDF, DOCX.",
    "run": "Simulate one world under one scenario.",
    "scenarios": "List the ready scenarios and what they change.",
    "levers": "List the levers: bounds, current practice, legal basis, cost.",
    "law": "List the legal rules: dated values, articles, whom they bind.",
    "hypotheses": "List the hypotheses: values, bounds, sources, grades.",
    "indicators": "List the indicators: definitions, units, directions.",
    "purchases": "Purchases that choices can reach, year by year.",
    "territory": "Show an embedded territory, its sources and licences.",
    "multipliers": "Input-output multipliers, analytic and simulated.",
    "systemic-risk": "Firms whose failure would cost the territory, or your network, most.",
}
"""Subcommands, each in ``viz/commands/<name>.py`` as ``command`` (``_`` for ``-``), and help."""


class LazyGroup(click.Group):
    """A group whose subcommands are imported when they are called."""

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        return import_module(f"viz.commands.{cmd_name.replace('-', '_')}").command

    @override
    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and name not in COMMANDS and not name.startswith("-"):
            from model.errors import nearest_name

            raise click.UsageError(f"Unknown command '{name}'{nearest_name(name, COMMANDS)}")
        return super().resolve_command(ctx, args)

    @override
    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ancrage", message="%(prog)s %(version)s")
def root() -> None:
    """Ancrage: what public purchasing choices do to a French territory.

    Start with: ancrage compare
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 2 bad input, 1 failure, 130 interrupted."""
    code = run(sys.argv[1:] if arguments is None else arguments)
    if code == 130:
        # On its way out: another Ctrl-C would only print a traceback of the interpreter.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run the command line and return its exit code; errors of users give one sentence."""
    # Read when numpy loads, which no import so far has done.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    from model.errors import AncrageError, AncrageFailure

    try:
        outcome = root.main(arguments, prog_name="ancrage", standalone_mode=False)
        sys.stdout.flush()
        return outcome if isinstance(outcome, int) else 0
    except AncrageError as error:
        click.echo(f"Error: {error}", err=True)
        return 2
    except AncrageFailure as failure:
        click.echo(f"Failure: {failure}", err=True)
        return 1
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 0
    except click.ClickException as error:
        click.echo(f"Error: {error.format_message()}", err=True)
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted; nothing was written.", err=True)
        return 130
    except BrokenPipeError:
        # The reader of our output has gone (`ancrage levers | head`): nothing more to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
