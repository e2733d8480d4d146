"""DDN and FMN."""

from . import peer
from .libraries import foolbox_minimal


@peer("foolbox", "ddn", "l2")
def foolbox_ddn(net, job):
    import foolbox

    s = job["settings"]
    attack = foolbox.attacks.DDNAttack(init_epsilon=s["initialNorm"], steps=s["steps"], gamma=s["gamma"])
    return foolbox_minimal(net, job, attack)


@peer("foolbox", "fmn", "l2", note="stays where its first step led: the median is max_stepsize, 1 by default")
@peer("foolbox", "fmn", "linf")
def foolbox_fmn(net, job):
    import foolbox

    s = job["settings"]
    kinds = {"linf": foolbox.attacks.LInfFMNAttack, "l2": foolbox.attacks.L2FMNAttack}
    attack = kinds[job["norm"]](steps=s["steps"], max_stepsize=s["stepSize"], gamma=s["gamma"])
    return foolbox_minimal(net, job, attack)
