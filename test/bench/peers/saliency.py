"""JSMA."""

from . import peer
from .libraries import art_classifier, art_generate, torchattacks_run


@peer("art", "jsma", "l0")
def art_jsma(net, job):
    from art.attacks.evasion import SaliencyMapMethod

    s = job["settings"]
    attack = SaliencyMapMethod(
        art_classifier(net), theta=s["theta"], gamma=s["gamma"], batch_size=job["batch"], verbose=False
    )
    return art_generate(job, attack)


@peer("torchattacks", "jsma", "l0")
def torchattacks_jsma(net, job):
    import torchattacks

    s = job["settings"]
    return torchattacks_run(job, torchattacks.JSMA(net, theta=s["theta"], gamma=s["gamma"]))
