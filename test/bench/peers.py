"""Runs attacks of other libraries: one job a line on stdin, one answer a line on stdout, both JSON.

A job names peer, attack, norm, eps, goal, settings, batch and the files to read and write; images are
float32 [N, H, W, C] in [0, 1]. The answer holds CPU seconds of the attack alone and the samples that went
through the network, forward and backward. What the attack returned is written to `out`, judged elsewhere.
"""

import importlib.metadata
import json
import os
import random
import sys
import time
import traceback
import warnings

import numpy as np
import torch

import peers
from tfjs_net import TfjsNet

PACKAGES = {"art": "adversarial-robustness-toolbox"}


class Counted(torch.nn.Module):
    """Counts the samples of forward passes, and of backward passes by a hook on the logits' gradient."""

    def __init__(self, net):
        super().__init__()
        self.net = net
        self.forwards = 0
        self.backwards = 0

    def forward(self, x):
        self.forwards += len(x)
        logits = self.net(x.float())  # Under numpy 2 some of ART's attacks ask in double precision.
        if logits.requires_grad:
            logits.register_hook(self._count)
        return logits

    def _count(self, gradient):
        self.backwards += len(gradient)


def load(path):
    return torch.from_numpy(np.load(path))


def run(job, nets):
    folder = job["model"]
    if folder not in nets:
        nets[folder] = TfjsNet(folder).eval()
    net = Counted(nets[folder]).eval()
    seed = job["seed"]
    job.setdefault("eps", None)
    torch.manual_seed(seed)
    np.random.seed(seed)
    random.seed(seed)
    x = load(job["images"]).permute(0, 3, 1, 2).contiguous()
    y = load(job["labels"]).long()
    targets = load(job["targets"]).long() if job["goal"] == "targeted" else y
    make, note = peers.find(job["peer"], job["attack"], job["norm"])
    attack = make(net, job)
    size = job["batch"]
    chunks = list(zip(x.split(size), y.split(size), targets.split(size)))
    for _ in range(job["warmup"]):
        attack(*(part[:8].clone() for part in chunks[0]))
    net.forwards = net.backwards = 0
    start = time.process_time()
    found = [torch.as_tensor(attack(*chunk)).detach() for chunk in chunks]
    seconds = time.process_time() - start
    adversarial = torch.cat(found).float().permute(0, 2, 3, 1).contiguous().numpy()
    np.save(job["out"], adversarial)
    version = importlib.metadata.version(PACKAGES.get(job["peer"], job["peer"]))
    return {"version": version, "note": note, "cpuS": seconds, "forward": net.forwards, "backward": net.backwards}


def main():
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # Progress bars and prints of the libraries must not mix with the answers.
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore")
    nets = {}
    for line in sys.stdin:
        try:
            answer = run(json.loads(line), nets)
        except Exception as error:
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
