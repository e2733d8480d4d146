"""Carlini and Wagner's attacks, L2 and Linf."""

from . import peer
from .libraries import art_classifier, art_generate, foolbox_minimal, torchattacks_run


@peer("foolbox", "cw-l2", "l2")
def foolbox_cw(net, job):
    import foolbox

    s = job["settings"]
    attack = foolbox.attacks.L2CarliniWagnerAttack(
        binary_search_steps=s["binarySteps"],
        steps=s["steps"],
        stepsize=s["learningRate"],
        confidence=s["confidence"],
        initial_const=s["initialConst"],
    )
    return foolbox_minimal(net, job, attack)


@peer("art", "cw-l2", "l2")
def art_cw(net, job):
    from art.attacks.evasion import CarliniL2Method

    s = job["settings"]
    attack = CarliniL2Method(
        art_classifier(net),
        confidence=s["confidence"],
        targeted=job["goal"] == "targeted",
        learning_rate=s["learningRate"],
        binary_search_steps=s["binarySteps"],
        max_iter=s["steps"],
        initial_const=s["initialConst"],
        batch_size=job["batch"],
        verbose=False,
    )
    return art_generate(job, attack)


@peer("torchattacks", "cw-l2", "l2", note="no search for c: c = 1, as many steps as the search has in all")
def torchattacks_cw(net, job):
    import torchattacks

    s = job["settings"]
    steps = s["steps"] * s["binarySteps"]
    return torchattacks_run(
        job, torchattacks.CW(net, c=1, kappa=s["confidence"], steps=steps, lr=s["learningRate"])
    )


@peer("art", "cw-linf", "linf")
def art_cw_linf(net, job):
    from art.attacks.evasion import CarliniLInfMethod

    s = job["settings"]
    attack = CarliniLInfMethod(
        art_classifier(net),
        confidence=s["confidence"],
        targeted=job["goal"] == "targeted",
        learning_rate=s["learningRate"],
        max_iter=s["steps"],
        decrease_factor=s["decreaseFactor"],
        initial_const=s["initialConst"],
        largest_const=s["largestConst"],
        const_factor=s["constFactor"],
        batch_size=job["batch"],
        verbose=False,
    )
    return art_generate(job, attack)
