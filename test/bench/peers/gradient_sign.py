"""FGSM and PGD."""

from . import peer
from .libraries import art_classifier, art_generate, art_norm, foolbox_budget, torchattacks_run


@peer("foolbox", "fgsm", "linf", "l2")
def foolbox_fgsm(net, job):
    import foolbox

    kinds = {"linf": foolbox.attacks.LinfFastGradientAttack, "l2": foolbox.attacks.L2FastGradientAttack}
    return foolbox_budget(net, job, kinds[job["norm"]](random_start=False))


@peer("art", "fgsm", "linf", "l2")
def art_fgsm(net, job):
    from art.attacks.evasion import FastGradientMethod

    attack = FastGradientMethod(
        art_classifier(net), norm=art_norm(job["norm"]), eps=job["eps"], num_random_init=0, batch_size=job["batch"]
    )
    return art_generate(job, attack)


@peer("torchattacks", "fgsm", "linf")
def torchattacks_fgsm(net, job):
    import torchattacks

    return torchattacks_run(job, torchattacks.FGSM(net, eps=job["eps"]))


@peer("foolbox", "pgd", "linf", "l2")
def foolbox_pgd(net, job):
    import foolbox

    s = job["settings"]
    kinds = {"linf": foolbox.attacks.LinfPGD, "l2": foolbox.attacks.L2PGD}
    attack = kinds[job["norm"]](rel_stepsize=s["stepSize"], steps=s["steps"], random_start=s["randomStart"])
    return foolbox_budget(net, job, attack)


@peer("art", "pgd", "linf", "l2")
def art_pgd(net, job):
    from art.attacks.evasion import ProjectedGradientDescentPyTorch

    s = job["settings"]
    attack = ProjectedGradientDescentPyTorch(
        art_classifier(net),
        norm=art_norm(job["norm"]),
        eps=job["eps"],
        eps_step=job["eps"] * s["stepSize"],
        max_iter=s["steps"],
        num_random_init=int(s["randomStart"]),
        batch_size=job["batch"],
        verbose=False,
    )
    return art_generate(job, attack)


@peer("torchattacks", "pgd", "linf")
def torchattacks_pgd(net, job):
    import torchattacks

    s = job["settings"]
    step = job["eps"] * s["stepSize"]
    attack = torchattacks.PGD(net, eps=job["eps"], alpha=step, steps=s["steps"], random_start=s["randomStart"])
    return torchattacks_run(job, attack)


@peer("torchattacks", "pgd", "l2")
def torchattacks_pgd_l2(net, job):
    import torchattacks

    s = job["settings"]
    step = job["eps"] * s["stepSize"]
    attack = torchattacks.PGDL2(net, eps=job["eps"], alpha=step, steps=s["steps"], random_start=s["randomStart"])
    return torchattacks_run(job, attack)
