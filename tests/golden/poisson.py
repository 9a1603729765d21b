# SPDX-License-Identifier: Apache-2.0
"""Numbers of tests/model/test_poisson.c by torch and scikit-learn: python3 tests/golden/poisson.py torch, and sklearn."""
import sys

import numpy as np

i = np.arange(60)
x = np.stack([np.sin(i), np.cos(2 * i)], axis=1)
t = np.floor(np.exp(.5 + .8 * x[:, 0] - .4 * x[:, 1]) + i % 3)
np.set_printoptions(precision=12)
if sys.argv[1] == "torch":
    import torch

    for w, b in (((.5, -.25), .1), ((20., 30.), 0.)):
        s = torch.tensor(x @ np.array(w) + b)
        loss = torch.nn.PoissonNLLLoss(log_input=True, full=False)(s, torch.tensor(t))
        print("poisson", w, b, "%.15g" % loss.item())
        msle = ((np.logaddexp(0, s.numpy()) - np.log1p(t)) ** 2).mean()  # torch's softplus leaves out what is below 2e-9
        print("msle", w, b, "%.15g" % msle)
else:
    from sklearn.linear_model import PoissonRegressor

    m = PoissonRegressor(alpha=0, tol=1e-12, max_iter=10000).fit(x, t)
    print("w", m.coef_, "b %.12g" % m.intercept_)
    print("predictions", m.predict(x)[:3])
