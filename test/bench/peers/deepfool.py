"""DeepFool."""

from . import peer
from .libraries import CLASSES, art_classifier, art_generate, foolbox_minimal, torchattacks_run


@peer("foolbox", "deepfool", "l2", "linf")
def foolbox_deepfool(net, job):
    import foolbox

    s = job["settings"]
    kinds = {"linf": foolbox.attacks.LinfDeepFoolAttack, "l2": foolbox.attacks.L2DeepFoolAttack}
    attack = kinds[job["norm"]](steps=s["steps"], candidates=CLASSES, overshoot=s["overshoot"])
    return foolbox_minimal(net, job, attack)


@peer("art", "deepfool", "l2")
def art_deepfool(net, job):
    from art.attacks.evasion import DeepFool

    s = job["settings"]
    attack = DeepFool(
        art_classifier(net),
        max_iter=s["steps"],
        epsilon=s["overshoot"],
        nb_grads=CLASSES,
        batch_size=job["batch"],
        verbose=False,
    )
    return art_generate(job, attack)


@peer("torchattacks", "deepfool", "l2")
def torchattacks_deepfool(net, job):
    import torchattacks

    s = job["settings"]
    attack = torchattacks.DeepFool(net, steps=s["steps"], overshoot=s["overshoot"])
    return torchattacks_run(job, attack)
