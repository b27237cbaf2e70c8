"""The reference values of gradient_penalty.rs: the same critic in JAX (64 bit), whose automatic differentiation goes
twice. Needs `pip install jax`; run as it is."""

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
LATENT, D, BARS = 3, 4, 3
SHAPES = [  # in the order of the critic's fields
    ("bar_latent", (LATENT, D)), ("bar_latent_bias", (D,)), ("piece_latent", (LATENT, D)), ("piece_latent_bias", (D,)),
    ("bars", (90, D)), ("piece", (213, D)),
    ("near_0", (3 * D, D)), ("near_0_bias", (D,)), ("whole_0", (D, D)), ("whole_0_bias", (D,)),
    ("near_1", (3 * D, D)), ("near_1_bias", (D,)), ("whole_1", (D, D)), ("whole_1_bias", (D,)),
    ("pooled", (D, D)), ("pooled_bias", (D,)), ("shortcut", (LATENT, D)), ("shortcut_bias", (D,)),
    ("score", (D, 1)), ("score_bias", (1,)), ("projection", (213, D)),
]


def multi_hot(columns, shape):
    row = np.zeros(int(np.prod(shape)))
    row[columns] = 1.0
    return row.reshape(shape)


# The columns that the test's conditions set.
PIECE = multi_hot([0, 4, 37, 42, 71, 80, 210, 211, 214, 217, 250, 260, 284, 293, 423, 424], (2, 213))
BAR = multi_hot([0, 26, 56, 74, 89, 91, 115, 147, 164, 179, 182, 204, 238, 254, 269, 270, 295, 326, 344, 359, 361, 384,
                 417, 434, 449], (2, BARS, 90))
COUNTS = [3, 2]


def weights():
    result, i = {}, 0
    for name, shape in SHAPES:
        index = np.arange(i, i + int(np.prod(shape)))
        result[name] = jnp.array((((7 * index**2 + 13 * index) % 101) - 50) / 128.0).reshape(shape)
        i += len(index)
    return result


def latents(step):
    i = np.arange(2 * LATENT + 2 * BARS * LATENT)
    values = (((5 * i**2 + step * i) % 61) - 30) / 32.0
    return values[: 2 * LATENT].reshape(2, LATENT), values[2 * LATENT :].reshape(2, BARS, LATENT)


def leaky(x):
    return jnp.where(x > 0, x, 0.2 * x)


def critic(w, z_piece, z_bars, row):
    """One row's score; only the bars that are there are looked at."""
    n = COUNTS[row]
    whole = PIECE[row] @ w["piece"] + z_piece @ w["piece_latent"] + w["piece_latent_bias"]
    h = leaky(BAR[row, :n] @ w["bars"] + z_bars[:n] @ w["bar_latent"] + w["bar_latent_bias"] + whole)
    for layer in "01":
        padded = jnp.pad(h, ((1, 1), (0, 0)))
        around = jnp.concatenate([padded[:-2], h, padded[2:]], axis=1)
        mean = h.mean(axis=0) @ w["whole_" + layer] + w["whole_" + layer + "_bias"]
        h = h + leaky(around @ w["near_" + layer] + w["near_" + layer + "_bias"] + mean)
    features = leaky(h.mean(axis=0) @ w["pooled"] + w["pooled_bias"] + z_piece @ w["shortcut"] + w["shortcut_bias"])
    return features @ (w["score"][:, 0] + 0.1 * PIECE[row] @ w["projection"]) + w["score_bias"][0]


def norms(w, z_piece, z_bars):
    gradient = jax.grad(critic, argnums=(1, 2))
    result = []
    for row in range(2):
        g_piece, g_bars = gradient(w, z_piece[row], z_bars[row], row)
        result.append(jnp.sqrt((g_piece**2).sum() + (g_bars**2).sum() + 1e-12))
    return jnp.stack(result)


def penalty(w, z_piece, z_bars):
    return ((norms(w, z_piece, z_bars) - 1) ** 2).sum()


w, (real_piece, real_bars), (fake_piece, fake_bars) = weights(), latents(11), latents(23)
share = np.array([0.5, 0.75])
z_piece = share[:, None] * real_piece + (1 - share[:, None]) * fake_piece
z_bars = share[:, None, None] * real_bars + (1 - share[:, None, None]) * fake_bars
print("scores", [float(critic(w, real_piece[r], real_bars[r], r)) for r in range(2)])
print("norms", norms(w, z_piece, z_bars).tolist())
print("penalty", float(penalty(w, z_piece, z_bars)))
g = jax.grad(penalty)(w, z_piece, z_bars)
for name, shape in SHAPES:
    print(f'("{name}", {float(jnp.linalg.norm(g[name])):.12f}, {float(g[name].sum()):.12f}),')
