"""EAD with the EN and the L1 rule."""

from . import peer
from .libraries import art_classifier, art_generate, foolbox_minimal, torchattacks_run


@peer("foolbox", "ead", "l1", "l2")
def foolbox_ead(net, job):
    import foolbox

    s = job["settings"]
    attack = foolbox.attacks.EADAttack(
        binary_search_steps=s["binarySteps"],
        steps=s["steps"],
        initial_stepsize=s["learningRate"],
        confidence=s["confidence"],
        initial_const=s["initialConst"],
        regularization=s["beta"],
        decision_rule=s["rule"].upper(),
    )
    return foolbox_minimal(net, job, attack)


@peer("art", "ead", "l1", "l2")
def art_ead(net, job):
    from art.attacks.evasion import ElasticNet

    s = job["settings"]
    attack = ElasticNet(
        art_classifier(net),
        confidence=s["confidence"],
        targeted=job["goal"] == "targeted",
        learning_rate=s["learningRate"],
        binary_search_steps=s["binarySteps"],
        max_iter=s["steps"],
        beta=s["beta"],
        initial_const=s["initialConst"],
        batch_size=job["batch"],
        decision_rule=s["rule"].upper(),
        verbose=False,
    )
    return art_generate(job, attack)


@peer("torchattacks", "ead", "l1", "l2")
def torchattacks_ead(net, job):
    import torchattacks

    s = job["settings"]
    kind = torchattacks.EADEN if s["rule"].upper() == "EN" else torchattacks.EADL1
    attack = kind(
        net,
        kappa=s["confidence"],
        lr=s["learningRate"],
        binary_search_steps=s["binarySteps"],
        max_iterations=s["steps"],
        initial_const=s["initialConst"],
        beta=s["beta"],
    )
    return torchattacks_run(job, attack)
