"""AutoAttack and the parts of it that use gradients."""


import torch

from . import peer
from .libraries import CLASSES, art_classifier, art_generate, art_norm, torchattacks_norm, torchattacks_run

NORMS = {"linf": "Linf", "l2": "L2"}
# FAB looks for the smallest perturbation; eps only says which finds count. No distance in [0, 1]^3072 is above this.
ANY_DISTANCE = 1e3


@peer("pyautoattack", "autoattack", "linf", "l2")
def published_standard(net, job):
    from pyautoattack import AutoAttack

    adversary = AutoAttack(net, norm=NORMS[job["norm"]], eps=job["eps"], seed=job["seed"], version="standard")
    return lambda x, y, targets: adversary.run_standard_evaluation(x, y, batch_size=len(x))[0]


def published_apgd(net, job, loss):
    from pyautoattack.autopgd_base import APGDAttack

    s = job["settings"]
    attack = APGDAttack(
        net,
        n_iter=s["steps"],
        norm=NORMS[job["norm"]],
        n_restarts=s["restarts"],
        eps=job["eps"],
        seed=job["seed"],
        loss=loss,
        rho=s["rho"],
        device="cpu",
    )
    return lambda x, y, targets: attack.perturb(x, y)


@peer("pyautoattack", "apgd-ce", "linf", "l2")
def published_apgd_ce(net, job):
    return published_apgd(net, job, "ce")


@peer("pyautoattack", "apgd-dlr", "linf", "l2")
def published_apgd_dlr(net, job):
    return published_apgd(net, job, "dlr")


@peer("pyautoattack", "apgd-t", "linf", "l2")
def published_apgd_t(net, job):
    from pyautoattack.autopgd_base import APGDAttack_targeted

    s = job["settings"]
    attack = APGDAttack_targeted(
        net,
        n_iter=s["steps"],
        norm=NORMS[job["norm"]],
        n_restarts=s["restarts"],
        eps=job["eps"],
        seed=job["seed"],
        rho=s["rho"],
        n_target_classes=s["targetClasses"],
        device="cpu",
    )
    return lambda x, y, targets: attack.perturb(x, y)


def nearest_over_targets(attack_target, norm, classes):
    """The smallest over all target classes; `perturb` of both libraries keeps the first that is within eps."""

    def run(x, y, targets):
        best = x.clone()
        least = torch.full((len(x),), float("inf"))
        for rank in range(2, classes + 2):
            found = attack_target(rank, x, y)
            size = (found - x).flatten(1).norm(p=art_norm(norm), dim=1)
            # A run that found nothing returns the clean image, which is also what a misclassified one gets.
            nearer = (size > 0) & (size < least)
            best[nearer] = found[nearer]
            least[nearer] = size[nearer]
        return best

    return run


@peer("pyautoattack", "fab-t", "linf", "l2")
def published_fab_t(net, job):
    from pyautoattack.fab_pt import FABAttack_PT

    s = job["settings"]
    attack = FABAttack_PT(
        net, norm=NORMS[job["norm"]], n_iter=s["steps"], eps=ANY_DISTANCE, seed=job["seed"], targeted=True, device="cpu"
    )

    def attack_target(rank, x, y):
        attack.target_class = rank
        with torch.no_grad():
            return attack.attack_single_run(x, y, is_targeted=True)

    return nearest_over_targets(attack_target, job["norm"], s["targetClasses"])


def torchattacks_apgd(net, job, loss):
    import torchattacks

    s = job["settings"]
    attack = torchattacks.APGD(
        net,
        norm=torchattacks_norm(job["norm"]),
        eps=job["eps"],
        steps=s["steps"],
        n_restarts=s["restarts"],
        seed=job["seed"],
        loss=loss,
        rho=s["rho"],
    )
    return torchattacks_run(job, attack)


@peer("torchattacks", "apgd-ce", "linf", "l2")
def torchattacks_apgd_ce(net, job):
    return torchattacks_apgd(net, job, "ce")


@peer("torchattacks", "apgd-dlr", "linf", "l2")
def torchattacks_apgd_dlr(net, job):
    return torchattacks_apgd(net, job, "dlr")


@peer("torchattacks", "apgd-t", "linf", "l2")
def torchattacks_apgd_t(net, job):
    import torchattacks

    s = job["settings"]
    attack = torchattacks.APGDT(
        net,
        norm=torchattacks_norm(job["norm"]),
        eps=job["eps"],
        steps=s["steps"],
        n_restarts=s["restarts"],
        seed=job["seed"],
        rho=s["rho"],
        n_classes=CLASSES,
    )
    return torchattacks_run(job, attack)


@peer("torchattacks", "fab-t", "linf", "l2")
def torchattacks_fab_t(net, job):
    import torchattacks

    s = job["settings"]
    attack = torchattacks.FAB(
        net,
        norm=torchattacks_norm(job["norm"]),
        eps=ANY_DISTANCE,
        steps=s["steps"],
        seed=job["seed"],
        multi_targeted=True,
        n_classes=CLASSES,
    )

    def attack_target(rank, x, y):
        attack.target_class = rank
        with torch.no_grad():
            return attack.attack_single_run_targeted(x, y)

    return nearest_over_targets(attack_target, job["norm"], s["targetClasses"])


def art_apgd(net, job, loss):
    from art.attacks.evasion import AutoProjectedGradientDescent

    s = job["settings"]
    attack = AutoProjectedGradientDescent(
        art_classifier(net),
        norm=art_norm(job["norm"]),
        eps=job["eps"],
        eps_step=2 * job["eps"],
        max_iter=s["steps"],
        nb_random_init=s["restarts"],
        batch_size=job["batch"],
        loss_type=loss,
        verbose=False,
    )
    return art_generate(job, attack)


@peer("art", "apgd-ce", "linf", "l2")
def art_apgd_ce(net, job):
    return art_apgd(net, job, "cross_entropy")


@peer("art", "apgd-dlr", "linf", "l2")
def art_apgd_dlr(net, job):
    return art_apgd(net, job, "difference_logits_ratio")
