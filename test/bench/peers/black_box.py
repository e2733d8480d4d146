"""ZOO, and the attacks that see nothing but the predicted class: Boundary, GeoDA, HopSkipJump."""

import numpy as np

from . import peer
from .libraries import art_classifier, art_generate, art_norm, foolbox_minimal


@peer("art", "zoo", "l2")
def art_zoo(net, job):
    from art.attacks.evasion import ZooAttack

    s = job["settings"]
    attack = ZooAttack(
        art_classifier(net),
        confidence=s["confidence"],
        targeted=job["goal"] == "targeted",
        learning_rate=s["learningRate"],
        max_iter=s["steps"],
        binary_search_steps=s["binarySteps"],
        initial_const=s["initialConst"],
        use_resize=False,
        use_importance=True,
        nb_parallel=128,
        batch_size=1,
        variable_h=1e-4,
        verbose=False,
    )
    return art_generate(job, attack)


@peer("art", "boundary", "l2")
def art_boundary(net, job):
    from art.attacks.evasion import BoundaryAttack

    s = job["settings"]
    attack = BoundaryAttack(
        art_classifier(net),
        targeted=job["goal"] == "targeted",
        delta=s["delta"],
        epsilon=s["epsilon"],
        step_adapt=s["stepAdapt"],
        num_trial=s["trials"],
        sample_size=s["sampleSize"],
        max_iter=s["steps"],
        init_size=s["initSize"],
        verbose=False,
    )
    return art_generate(job, attack)


@peer("foolbox", "boundary", "l2", note="one candidate a step")
def foolbox_boundary(net, job):
    import foolbox

    s = job["settings"]
    start = foolbox.attacks.LinearSearchBlendedUniformNoiseAttack(directions=s["initSize"])
    attack = foolbox.attacks.BoundaryAttack(init_attack=start, steps=s["steps"])
    return foolbox_minimal(net, job, attack)


@peer("art", "geoda", "l2", "linf", note="np.mat, which numpy 2 no longer has, is given back to it")
def art_geoda(net, job):
    from art.attacks.evasion import GeoDA

    if not hasattr(np, "mat"):
        np.mat = np.asmatrix
    s = job["settings"]
    attack = GeoDA(
        art_classifier(net),
        norm=art_norm(job["norm"]),
        sub_dim=s["subDim"],
        max_iter=s["maxQueries"],
        bin_search_tol=s["binSearchTol"],
        lambda_param=s["lambda"],
        sigma=s["sigma"],
        verbose=False,
    )
    return art_generate(job, attack)


@peer("foolbox", "hop-skip-jump", "l2", "linf")
def foolbox_hop_skip_jump(net, job):
    import foolbox

    s = job["settings"]
    start = foolbox.attacks.LinearSearchBlendedUniformNoiseAttack(directions=s["initSize"])
    attack = foolbox.attacks.HopSkipJumpAttack(
        init_attack=start,
        steps=s["steps"],
        initial_gradient_eval_steps=s["initialProbes"],
        max_gradient_eval_steps=s["maxProbes"],
        gamma=s["gamma"],
        constraint=job["norm"],
    )
    return foolbox_minimal(net, job, attack)


@peer("art", "hop-skip-jump", "l2", "linf")
def art_hop_skip_jump(net, job):
    from art.attacks.evasion import HopSkipJump

    s = job["settings"]
    attack = HopSkipJump(
        art_classifier(net),
        targeted=job["goal"] == "targeted",
        norm=art_norm(job["norm"]),
        max_iter=s["steps"],
        max_eval=s["maxProbes"],
        init_eval=s["initialProbes"],
        init_size=s["initSize"],
        verbose=False,
    )
    return art_generate(job, attack)
