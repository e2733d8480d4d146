"""PGD by Foolbox, ART and torchattacks on the same weights, images and settings as ours; one JSON line each.

usage: peers.py MODEL_FOLDER IMAGES.npy LABELS.npy EPS,EPS,... BATCH
Images are float32 [N, H, W, C] in [0, 1]. One thread; CPU seconds of the attack alone.
"""

import importlib.metadata
import json
import sys
import time

import numpy as np
import torch

from tfjs_net import TfjsNet

STEPS = 20
REL_STEP = 0.1


def foolbox_pgd(net, eps):
    import foolbox

    model = foolbox.PyTorchModel(net, bounds=(0, 1))
    attack = foolbox.attacks.LinfPGD(rel_stepsize=REL_STEP, steps=STEPS, random_start=True)
    return lambda x, y: attack(model, x, y, epsilons=eps)[1]


def art_pgd(net, eps):
    from art.attacks.evasion import ProjectedGradientDescentPyTorch
    from art.estimators.classification import PyTorchClassifier

    model = PyTorchClassifier(
        net, loss=torch.nn.CrossEntropyLoss(), input_shape=(3, 32, 32), nb_classes=10, clip_values=(0, 1)
    )
    attack = ProjectedGradientDescentPyTorch(
        model, eps=eps, eps_step=eps * REL_STEP, max_iter=STEPS, num_random_init=1, batch_size=10**6, verbose=False
    )
    return lambda x, y: torch.from_numpy(attack.generate(x.numpy(), y.numpy()))


def torchattacks_pgd(net, eps):
    import torchattacks

    attack = torchattacks.PGD(net, eps=eps, alpha=eps * REL_STEP, steps=STEPS, random_start=True)
    return lambda x, y: attack(x, y)


PEERS = {
    "foolbox": ("foolbox", foolbox_pgd),
    "art": ("adversarial-robustness-toolbox", art_pgd),
    "torchattacks": ("torchattacks", torchattacks_pgd),
}


def main():
    folder, images, labels, eps_list, batch = sys.argv[1:6]
    torch.set_num_threads(1)
    torch.manual_seed(0)
    np.random.seed(0)
    net = TfjsNet(folder).eval()
    x = torch.from_numpy(np.load(images)).permute(0, 3, 1, 2).contiguous()
    y = torch.from_numpy(np.load(labels).astype(np.int64))
    chunks = list(zip(x.split(int(batch)), y.split(int(batch))))
    for name, (package, make) in PEERS.items():
        version = importlib.metadata.version(package)
        for eps in map(float, eps_list.split(",")):
            attack = make(net, eps)
            attack(*(part[:8] for part in chunks[0]))
            start = time.process_time()
            adversarial = [attack(a, b).detach() for a, b in chunks]
            seconds = time.process_time() - start
            with torch.no_grad():
                right = sum(int((net(a).argmax(1) == b).sum()) for a, (_, b) in zip(adversarial, chunks))
            found = max(float((a - c).abs().max()) for a, (c, _) in zip(adversarial, chunks))
            record = {"peer": name, "version": version, "eps": eps, "robust": right, "n": len(y)}
            print(json.dumps({**record, "max_linf": found, "cpu_s": round(seconds, 3)}), flush=True)


if __name__ == "__main__":
    main()
