"""The words of a sensitivity study in English and Chinese, for terminal and report."""

from __future__ import annotations

from typing import Any, Final

from sim.text.names import Names

WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Which guesses could change the order of the top proposals", "哪些假设可能改变优先方案的排序"),
    "lead": (
        "{guesses} guesses ({numbers} assumed numbers), {proposals} proposals, {runs:,} runs of {days} days from"
        " {start}, the first {warmup} not measured; seed {seed}.",
        "{guesses}项假设（{numbers}个假定数值），{proposals}个方案，{runs:,}次运行，每次自{start}起{days}天，其中前{warmup}天预热不计；"
        "随机种子{seed}。",
    ),
    "five": ("What to go and measure first", "首先应实测的数据"),
    "five_note": (
        "Guesses that swap two of the top proposals by themselves come first, then those that come nearest to it. They"
        " are worth more than any further run of the model.",
        "能够单独改变两个优先方案先后的假设排在最前，其次是最接近改变的假设。实测这些数据比增加仿真次数更有价值。",
    ),
    "no": ("No.", "序号"),
    "guess": ("Guess", "假设"),
    "where": ("Port", "口岸"),
    "range": ("Declared\n(range)", "采用值\n（范围）"),
    "measure": ("What would settle it", "实测办法"),
    "why": ("Why", "理由"),
    "tip": (
        "by {measure}, “{below}” overtakes “{above}” {side} {value}",
        "按{measure}，{value}{side}时“{below}”反超“{above}”",
    ),
    "above_value": ("above", "以上"),
    "below_value": ("below", "以下"),
    "near": (
        "moves the lead of “{above}” over “{below}” by {measure} by {threat:.0%} of it on average; by itself it did not"
        " swap them",
        "按{measure}，平均使“{above}”对“{below}”的领先幅度变动{threat:.0%}；单独变动尚未改变先后",
    ),
    "not_closely": (
        "moves the lead of “{above}” over “{below}” by {measure} by {threat:.0%} of it on average; not looked at"
        " closely",
        "按{measure}，平均使“{above}”对“{below}”的领先幅度变动{threat:.0%}；未作细查",
    ),
    "nothing": ("no bearing on the order was found", "未见对排序有影响"),
    "order": ("The order as declared", "按采用值的排序"),
    "order_note": (
        "Mean of {replications} replications ± two standard errors. Dwell is that of the traffic that the proposal is"
        " meant for; where a queue grows for as long as one looks, the hours say how long the run was. The order by"
        " cargo is that of the table; places by the other two measures are in brackets.",
        "{replications}次重复的均值±2倍标准误。停留时间指方案目标运输；排队持续增长时，小时数取决于运行时长。表中按货运量排序，括号内为按另两项"
        "指标的名次。",
    ),
    "proposal": ("Proposal", "方案"),
    "cargo": ("cargo", "货运量"),
    "dwell": ("dwell", "停留时间"),
    "value": ("cost of a tonne more", "每多一吨的成本"),
    "cargo_head": ("Cargo\nt a day more", "货运量\n吨/日增加"),
    "dwell_head": ("Dwell\nhours less", "停留时间\n减少小时"),
    "value_head": ("A tonne more\nUSD", "每多一吨\n美元"),
    "for_whom": ("Dwell of", "停留对象"),
    "place": ("{value} ({place})", "{value}（{place}）"),
    "close_calls": (
        "No order is claimed where the lead is within chance or within 5 % of the gain: {pairs}.",
        "领先幅度在随机波动或增益5%以内者不判先后：{pairs}。",
    ),
    "pair": ("{above} / {below} ({measure})", "{above}/{below}（{measure}）"),
    "threats": ("How much each guess could move the order", "各项假设对排序的影响"),
    "threats_note": (
        "mu*: how far the best-moved cargo gain goes, on average over all other guesses, when this guess goes over its"
        " whole range (Morris, {trajectories} trajectories; ± 95 % by bootstrap); sigma: how much that depends on the"
        " others. Chance: what the same gain moves from run to run; a smaller mu* says nothing. Threat: mu* of the lead"
        " of the pair most at risk, over that lead; from about 1 on the guess alone can swap them. Flips: steps that"
        " swapped any pair beyond chance. S1, ST: share of the variance of that lead which the guess explains"
        " by itself, and with all that it does together with the other guesses looked at closely at this port (Sobol,"
        " {samples} base samples; ± 95 %).",
        "mu*：该假设走遍其范围时，受影响最大的货运增益的平均变动（Morris法，{trajectories}条轨迹；±为自助法95%区间）；sigma：该变动受其他"
        "假设影响的程度。随机波动：同一增益各次重复间的变动，mu*低于此值无意义。威胁度：对最易被改变的一对方案，领先幅度的mu*与领先幅度之比，约大于"
        "1时该假设单独即可改变先后。翻转：超出随机波动而改变任一先后的步数。S1、ST：该假设单独、及与本口岸其他细查假设共同解释的领先幅度方差比例"
        "（Sobol法，{samples}个基本样本；±为95%区间）。",
    ),
    "mu_star": ("mu*\nt a day", "mu*\n吨/日"),
    "sigma": ("sigma", "sigma"),
    "chance": ("Chance\nt a day", "随机波动\n吨/日"),
    "of": ("Gain of", "增益所属方案"),
    "base": ("Base cargo\nmu*, t a day", "基准货运量\nmu*，吨/日"),
    "threat": ("Threat", "威胁度"),
    "flips": ("Flips", "翻转"),
    "tips": ("Swap found", "改变先后之处"),
    "up_to": ("{flips} of {steps}", "{flips}/{steps}"),
    "threat_axis": ("threat to the order (from 1 on it can swap proposals)", "对排序的威胁度（1以上可改变先后）"),
    "swaps": ("swaps proposals by itself", "单独即可改变先后"),
    "does_not": ("looked at closely: does not by itself", "细查：单独不改变先后"),
    "only_screened": ("only screened", "仅筛查"),
    "costs": ("What the proposals' own costs could change", "方案自身造价的影响"),
    "costs_note": (
        "Within the low and high estimate of its own cost a proposal may swap places by the cost of a tonne more. What"
        " settles it is the feasibility study.",
        "在造价估算的高低值范围内，方案按每多一吨成本的排序可能改变；以可行性研究为准。",
    ),
    "cost_tip": (
        "“{proposal}” {side} {value:.3g} million USD a year (taken: {taken:.3g}): “{below}” overtakes “{above}”.",
        "“{proposal}”年成本{value:.3g}百万美元{side}（采用{taken:.3g}）：“{below}”反超“{above}”。",
    ),
    "no_costs": ("No such cost was found.", "未发现此类造价。"),
    "how": ("How it was done", "方法说明"),
    "how_together": (
        "Numbers that one measurement would settle move together, at the same share of their ranges (in"
        " data/sensitivity/guesses.csv); a number by itself is a guess by itself.",
        "由同一项实测即可确定的数值作为一项假设，按各自范围的同一比例同时变动"
        "（见 data/sensitivity/guesses.csv）；其余数值各为一项。",
    ),
    "how_ports": (
        "A port's guesses were tried in a world with that port's services only, and only at the ports that a top"
        " proposal reaches ({ports}); {elsewhere} guesses that reach none of them were not run.",
        "各口岸的假设只在仅含该口岸运输的模型中试验，且只试验优先方案涉及的口岸（{ports}）；另有{elsewhere}项假设与这些口岸无关，未运行。",
    ),
    "how_pairs": (
        "All runs have the same luck; every proposal was compared with the same world without it, at the same point and"
        " in the same replication.",
        "全部运行使用相同随机数；每个方案均与同一点、同一次重复、无该方案的情形对比。",
    ),
    "how_money": (
        "{weighing} prices, emission factors and exchange rates with a range move no vehicle and were left alone.",
        "{weighing}个带范围的价格、排放系数与汇率不影响车辆运行，未参与。",
    ),
    "how_short": (
        "The runs are short and the trajectories few: this finds what matters much, not how much exactly. One guess at"
        " a time was swept with all others as declared; guesses that are wrong together may swap what none swaps alone"
        " (see Flips). A proposal that gives nothing as declared is not in the ranking, whatever it might give under"
        " other values.",
        "运行期较短、轨迹较少：用于找出影响大的假设，而非精确量化。逐项扫描时其余假设取采用值；多项假设同时偏离可能改变单项不改变的先后（见“翻转”）。"
        "按采用值无效果的方案不参与排序，无论其在其他取值下效果如何。",
    ),
    "failed": ("{failed} runs failed and were left out.", "{failed}次运行失败，已剔除。"),
    "done": (
        "Results are in {folder}; the same command goes on from there.",
        "结果存于 {folder}；再次执行同一命令即可继续。",
    ),
    "numbers": ("Addresses", "数值地址"),
    "all_guesses": ("All guesses and their numbers", "全部假设及其数值"),
    "show": ("Show {n} guesses", "显示{n}项假设"),
    "no_pairs": (
        "There are fewer than two proposals with a gain beyond chance: there is no order to change.",
        "超出随机波动的方案不足两个，无排序可言。",
    ),
}


def say(names: Names, key: str, **values: Any) -> str:
    """The words of that key in the language of ``names``, with the values put in."""
    return names.pick(WORDS[key]).format(**values)
