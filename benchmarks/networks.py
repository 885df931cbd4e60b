"""The same networks in cnnlib and in PyTorch, with the same weights."""

from math import prod

import numpy as np
import torch
from torch import nn

from cnnlib import Conv2D, Dense, Flatten, MaxPool2D, ReLU, Sequential, zoo


def pair(name):
    """The name of a network -> it in cnnlib, built, and in PyTorch, with the same weights."""
    layers, input_shape, flat, module = NETWORKS[name]
    model = Sequential(layers())
    model.build(input_shape, np.random.default_rng(0))
    module = module()
    copy_weights(model, module, flat)
    return model, module


def copy_weights(model, module, flat):
    """Give a PyTorch module the weights of a model; `flat` is the shape (H, W, C) that the model flattens."""
    for w, to in zip(model.params.values(), module.parameters(), strict=True):
        if w.ndim == 4:
            w = w.transpose(3, 2, 0, 1)
        elif w.ndim == 2:
            if len(w) == prod(flat):  # PyTorch flattens channels first
                w = w.reshape(*flat, -1).transpose(2, 0, 1, 3).reshape(w.shape)
            w = w.T
        with torch.no_grad():
            to.copy_(torch.from_numpy(np.ascontiguousarray(w)))


def images_for_torch(x):
    """(N, H, W, C) -> a tensor (N, C, H, W)."""
    return torch.from_numpy(np.ascontiguousarray(x.transpose(0, 3, 1, 2)))


def problem7():
    return [Conv2D(8, 3, padding=1), ReLU(), MaxPool2D(2), Flatten(), Dense(64), ReLU(), Dense(10)]


def torch_problem7():
    head = nn.Flatten(), nn.Linear(1568, 64), nn.ReLU(), nn.Linear(64, 10)
    return nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), *head)


def torch_lenet():
    convs = nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2)
    head = nn.Linear(256, 200), nn.ReLU(), nn.Linear(200, 120), nn.ReLU(), nn.Linear(120, 10)
    return nn.Sequential(*convs, nn.Flatten(), *head)


class Block(nn.Module):
    """The basic block of ResNet-18; ReLU in place, as is usual in PyTorch's large networks."""

    def __init__(self, channels, filters, stride):
        super().__init__()
        self.body = nn.Sequential(
            *(nn.Conv2d(channels, filters, 3, stride, 1, bias=False), nn.BatchNorm2d(filters), nn.ReLU(inplace=True)),
            *(nn.Conv2d(filters, filters, 3, 1, 1, bias=False), nn.BatchNorm2d(filters)),
        )
        same = stride == 1 and channels == filters
        project = nn.Conv2d(channels, filters, 1, stride, bias=False)
        self.shortcut = nn.Identity() if same else nn.Sequential(project, nn.BatchNorm2d(filters))

    def forward(self, x):
        return (self.body(x) + self.shortcut(x)).relu_()


def torch_resnet18():
    layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)]
    channels = 64
    for filters, stride in ((64, 1), (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1)):
        layers.append(Block(channels, filters, stride))
        channels = filters
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 1000)).eval()


def torch_vgg16():
    layers, channels = [], 3
    for filters, convs in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(convs):
            layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU(inplace=True)]
            channels = filters
        layers.append(nn.MaxPool2d(2))
    hidden = nn.Linear(25088, 4096), nn.ReLU(inplace=True), nn.Linear(4096, 4096), nn.ReLU(inplace=True)
    return nn.Sequential(*layers, nn.Flatten(), *hidden, nn.Linear(4096, 1000)).eval()


# The layers in cnnlib, the shape of an input, the shape that Flatten gets, the module in PyTorch.
NETWORKS = {
    "problem 7": (problem7, (28, 28, 1), (14, 14, 8), torch_problem7),
    "LeNet": (lambda: zoo.lenet().layers, (28, 28, 1), (4, 4, 16), torch_lenet),
    "ResNet-18": (lambda: zoo.resnet18().layers, (224, 224, 3), (1, 1, 1), torch_resnet18),
    "VGG-16": (lambda: zoo.vgg16().layers, (224, 224, 3), (7, 7, 512), torch_vgg16),
}
PADDINGS = {"problem 7": (1,), "LeNet": (0, 0)}  # of the convolutions, for the three loops
