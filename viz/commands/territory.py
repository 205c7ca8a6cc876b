"""``ancrage territory``."""

from __future__ import annotations

import click

from viz.options import json_option, language_option
from viz.texts import Language


@click.group()
def command() -> None:
    """Embedded territories: what is in them and where it comes from."""


@command.command()
@click.argument("name", default="cote-opale")
@json_option
@language_option
def show(name: str, as_json: bool, language: Language) -> None:
    """Show the counts of territory NAME, its zones, sources and licences."""
    import numpy as np

    from model.hypotheses import HypothesisValues
    from model.procurement.concessions import concession_amounts, load_concessions
    from model.territory import load_territory
    from model.territory.buyers import load_communes
    from model.territory.regional_multipliers import regional_multipliers
    from viz.console import output, print_json, table
    from viz.numbers import number
    from viz.readme import STATUSES, SYNTHETIC, source_lines, sources

    found = load_territory(name)
    firms, buyers = found.firms, found.buyers
    count = len(found.zones.keys)
    fte = np.bincount(firms.zone, weights=firms.fte, minlength=count)
    rows = np.bincount(firms.zone, minlength=count)
    totals = {
        "zones": count,
        "communes": sum(epci in found.zones.keys for epci in load_communes().epci),
        "population": float(np.sum(found.zones.population)),
        "establishments": len(firms),
        "jobs_fte": float(fte.sum()),
        "links": len(found.supply.link_slot),
        "buyers": len(buyers.key),
        "needs": len(found.needs.buyer),
        "yearly_envelope_eur": float(np.sum(buyers.envelope_eur)),
        "order_smoothing_months": found.order_smoothing_months,
        "spectral_radius": found.spectral_radius,
    }
    zones = [
        {
            "zone": key,
            "name": found.zones.names[z],
            "population": float(found.zones.population[z]),
            "establishments": int(rows[z]),
            "jobs_fte": float(fte[z]),
        }
        for z, key in enumerate(found.zones.keys)
    ]
    multipliers = [
        {
            "delta": m.delta,
            "type1": m.mean_type1,
            "type2": m.mean_type2,
            "sectors": dict(zip(found.sectors.codes, m.type2.tolist(), strict=True)),
        }
        for m in regional_multipliers(found, HypothesisValues())
    ]
    turnover = concession_amounts(found.zones.population, found.money_scale)
    concessions = [
        {
            "service": entry.key,
            "label": entry.label_fr if language == "fr" else entry.label_en,
            "buyer_kind": entry.buyer_kind,
            "yearly_eur": float(turnover[entry.key].sum()),
            "grade": entry.grade,
        }
        for entry in load_concessions()
    ]
    if as_json:
        answer: dict[str, object] = {
            "territory": name,
            "totals": totals,
            "zones": zones,
            "multipliers": multipliers,
            "concessions": concessions,
            "sources": sources(),
        }
        answer["synthetic"] = list(SYNTHETIC)
        print_json(answer)
        return
    console = output()
    console.print(f"[bold]{name}[/bold]")
    for key, value in totals.items():
        decimals = 3 if value < 100 and value != int(value) else 0
        console.print(f"  {key}: {number(float(value), decimals, language)}")
    columns = [("EPCI", "left"), ("name", "left"), ("population", "right")]
    columns += [("establishments", "right"), ("jobs, FTE", "right")]
    made = table("Zones", columns)
    for zone in zones:
        made.add_row(
            str(zone["zone"]),
            str(zone["name"]),
            *(
                number(float(str(zone[key])), 0, language)
                for key in ("population", "establishments", "jobs_fte")
            ),
        )
    console.print(made)
    made = table(
        "Output multipliers inside the territory, mean over firms' output",
        [("size exponent δ", "right"), ("type I", "right"), ("type II", "right")],
    )
    for row in multipliers:
        made.add_row(
            *(number(float(str(row[k])), 2, language) for k in ("delta", "type1", "type2"))
        )
    console.print(made)
    made = table(
        "Concessions, apart: outside contracts and the base of a scheme (judgement)",
        [("service", "left"), ("conceded by", "left"), ("M EUR a year", "right")],
    )
    for entry in concessions:
        amount = number(float(str(entry["yearly_eur"])) / 1e6, 1, language)
        made.add_row(str(entry["label"]), str(entry["buyer_kind"]), amount)
    console.print(made)
    for status, meaning in STATUSES.items():
        console.print(f"[bold]{status}[/bold] ({meaning})")
        for line in source_lines(status):
            console.print(line, markup=False)
    console.print("[bold]synthetic[/bold] (drawn when the territory is built)")
    for line in SYNTHETIC:
        console.print(f"- {line}", markup=False)


@command.command("buyers")
@click.argument("name", default="cote-opale")
@json_option
@language_option
def list_buyers(name: str, as_json: bool, language: Language) -> None:
    """List the public buyers of territory NAME, with the codes that scopes of levers use."""
    from model.territory import load_territory
    from model.territory.buyers import BUYER_KINDS
    from viz.console import output, print_json, table
    from viz.numbers import number
    from viz.texts import text

    found = load_territory(name)
    buyers = found.buyers
    rows = [
        {
            "code": code,
            "name": buyers.name[i],
            "kind": BUYER_KINDS[buyers.kind[i]],
            "epci": found.zones.keys[buyers.zone[i]],
            "envelope_eur": float(buyers.envelope_eur[i]),
            "spaser_duty": bool(buyers.spaser_duty[i]),
        }
        for i, code in enumerate(buyers.code)
    ]
    if as_json:
        print_json(rows)
        return
    french = language == "fr"
    columns = [("code", "left"), ("Nom" if french else "Name", "left"), ("type", "left")]
    columns += [("EPCI", "left"), ("M EUR", "right"), ("SPASER", "left")]
    made = table("Acheteurs" if french else "Buyers", columns)
    for row in sorted(rows, key=lambda row: -float(str(row["envelope_eur"]))):
        amount = number(float(str(row["envelope_eur"])) / 1e6, 2, language)
        duty = ("obligé" if french else "duty") if row["spaser_duty"] else ""
        kind = text(f"kind_{row['kind']}", language)
        made.add_row(str(row["code"]), str(row["name"]), kind, str(row["epci"]), amount, duty)
    output().print(made)
