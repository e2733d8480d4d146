"""Square attack."""

from . import peer
from .libraries import art_classifier, art_generate, art_norm, torchattacks_norm, torchattacks_run


@peer("pyautoattack", "square", "linf", "l2")
def published_square(net, job):
    from pyautoattack.square import SquareAttack

    s = job["settings"]
    attack = SquareAttack(
        net,
        norm=torchattacks_norm(job["norm"]),
        n_queries=s["steps"],
        eps=job["eps"],
        p_init=s["pInit"],
        n_restarts=1,
        seed=job["seed"],
        resc_schedule=s["rescale"],
        device="cpu",
    )
    return lambda x, y, targets: attack.perturb(x, y)


@peer("torchattacks", "square", "linf", "l2")
def torchattacks_square(net, job):
    import torchattacks

    s = job["settings"]
    attack = torchattacks.Square(
        net,
        norm=torchattacks_norm(job["norm"]),
        eps=job["eps"],
        n_queries=s["steps"],
        p_init=s["pInit"],
        resc_schedule=s["rescale"],
        seed=job["seed"],
    )
    return torchattacks_run(job, attack)


@peer("art", "square", "linf", "l2")
def art_square(net, job):
    from art.attacks.evasion import SquareAttack

    s = job["settings"]
    attack = SquareAttack(
        art_classifier(net),
        norm=art_norm(job["norm"]),
        max_iter=s["steps"],
        eps=job["eps"],
        p_init=s["pInit"],
        nb_restarts=1,
        batch_size=job["batch"],
        verbose=False,
    )
    return art_generate(job, attack)
