"""How each library wraps the network and names the goal."""

import numpy as np
import torch

SHAPE = (3, 32, 32)
CLASSES = 10


def foolbox_model(net):
    import foolbox

    return foolbox.PyTorchModel(net, bounds=(0, 1))


def foolbox_goal(job, y, targets):
    import foolbox

    if job["goal"] == "targeted":
        return foolbox.criteria.TargetedMisclassification(targets)
    return foolbox.criteria.Misclassification(y)


def foolbox_minimal(net, job, attack):
    """`run` of a minimal-norm attack: what it found, whether or not it fools."""
    model = foolbox_model(net)
    return lambda x, y, targets: attack.run(model, x, foolbox_goal(job, y, targets))


def foolbox_budget(net, job, attack):
    model = foolbox_model(net)
    return lambda x, y, targets: attack.run(model, x, foolbox_goal(job, y, targets), epsilon=job["eps"])


def art_classifier(net):
    from art.estimators.classification import PyTorchClassifier

    loss = torch.nn.CrossEntropyLoss()
    return PyTorchClassifier(net, loss=loss, input_shape=SHAPE, nb_classes=CLASSES, clip_values=(0, 1))


def art_generate(job, attack):
    def run(x, y, targets):
        wanted = targets if job["goal"] == "targeted" else y
        one_hot = np.eye(CLASSES, dtype=np.float32)[wanted.numpy()]
        return torch.from_numpy(attack.generate(x.numpy().copy(), one_hot))

    return run


def art_norm(norm):
    return {"linf": np.inf, "l2": 2, "l1": 1}[norm]


def torchattacks_run(job, attack):
    def run(x, y, targets):
        if job["goal"] != "targeted":
            return attack(x, y)
        attack.set_mode_targeted_by_label(quiet=True)
        return attack(x, targets)

    return run


def torchattacks_norm(norm):
    return {"linf": "Linf", "l2": "L2"}[norm]
