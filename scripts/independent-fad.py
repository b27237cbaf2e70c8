#!/usr/bin/env python3
"""FAD of two folders of WAV clips, computed without Partita: numpy, scipy and onnxruntime only.

    partita evaluate ... --keep-clips clips
    scripts/independent-fad.py MSD_musicnn.onnx clips/pop/judged clips/pop/reference

The clips are mono, 16 kHz, 32-bit floats, as `--keep-clips` writes them. The figure must be that of the report.
"""
import struct
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import scipy.linalg

RATE, FFT, HOP, BANDS, PATCH = 16_000, 512, 256, 96, 187


def read_wav(path):
    data = path.read_bytes()
    at = 12
    while data[at : at + 4] != b"data":
        at += 8 + struct.unpack("<I", data[at + 4 : at + 8])[0]
    length = struct.unpack("<I", data[at + 4 : at + 8])[0]
    return np.frombuffer(data, "<f4", length // 4, at + 8)


def slaney_mel(hz):
    hz = np.asarray(hz, float)
    return np.where(hz < 1000, hz * 3 / 200, 15 + 27 * np.log(np.maximum(hz, 1e-9) / 1000) / np.log(6.4))


def slaney_hz(mel):
    return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp(np.log(6.4) / 27 * (mel - 15)))


def filters():
    edges = slaney_hz(np.linspace(slaney_mel(0), slaney_mel(RATE / 2), BANDS + 2))
    bins = np.arange(FFT // 2 + 1) * RATE / FFT
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    triangles = np.maximum(0, np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)))
    return triangles * 2 / (high - low)


def patches(samples, bank=filters(), window=np.hanning(FFT + 1)[:-1]):
    padded = np.pad(samples.astype(float), FFT // 2)
    frames = 1 + (len(padded) - FFT) // HOP
    index = np.arange(FFT) + HOP * np.arange(frames)[:, None]
    power = np.abs(np.fft.rfft(padded[index] * window)) ** 2
    mel = np.log10(10_000 * power @ bank.T + 1).astype(np.float32)
    count = frames // PATCH
    return mel[: count * PATCH].reshape(count, PATCH, BANDS)


def embed(network, folder):
    session = onnxruntime.InferenceSession(network)
    name = session.get_inputs()[0].name
    outputs = [o.name for o in session.get_outputs()]
    wanted = next((o for o in outputs if "penultimate" in o.lower()), outputs[-1])
    files = sorted(Path(folder).glob("*.wav"))
    return np.concatenate([session.run([wanted], {name: patches(read_wav(f))})[0] for f in files]), len(files)


def frechet(x, y):
    (mx, cx), (my, cy) = ((z.mean(0), np.cov(z, rowvar=False)) for z in (x.astype(float), y.astype(float)))
    values, vectors = scipy.linalg.eigh(cx)  # not sqrtm, which fails for singular matrices
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    trace = np.sqrt(np.maximum(scipy.linalg.eigvalsh(root @ cy @ root), 0)).sum()
    return ((mx - my) ** 2).sum() + np.trace(cx) + np.trace(cy) - 2 * trace


if __name__ == "__main__":
    network, judged, reference = sys.argv[1:4]
    (x, n), (y, m) = embed(network, judged), embed(network, reference)
    print(f"FAD {frechet(x, y):.6f}  ({n} clips against {m}, vectors of {x.shape[1]})")
