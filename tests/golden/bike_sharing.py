#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The usual pipeline of scikit-learn on bike sharing's train.csv, for examples/bike_sharing.c and its test: rows of the 16th day of a
month and later are held out; RMSLE on them by linear, ridge and lasso regression of log(1 + count).

python bike_sharing.py DATA/bike-sharing/train.csv
"""
import sys
import numpy as np, pandas as pd
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

t = pd.read_csv(sys.argv[1], parse_dates=["datetime"])
for part in ("year", "month", "day_of_week", "hour"):
    t[part] = getattr(t.datetime.dt, part)
held = t.datetime.dt.day >= 16
names, numbers = ["season", "weather", "year", "month", "day_of_week", "hour"], ["holiday", "workingday", "temp", "atemp", "humidity", "windspeed"]
m = (~held).sum()
for name, model in (("linear", LinearRegression()), ("ridge", Ridge(alpha=m * .001 / 2)), ("lasso", Lasso(alpha=.001 / 2)),
                    ("elastic", ElasticNet(alpha=.001 / 2, l1_ratio=.5))):
    for drop in (False, True):
        x = t[~held]
        if drop:  # rows whose windspeed or humidity is more than three deviations from the mean
            z = (x[["windspeed", "humidity"]] - x[["windspeed", "humidity"]].mean()) / x[["windspeed", "humidity"]].std(ddof=0)
            x = x[(z.abs() <= 3).all(axis=1)]
        p = make_pipeline(ColumnTransformer([("names", OneHotEncoder(handle_unknown="ignore"), names), ("numbers", StandardScaler(), numbers)]),
                          TransformedTargetRegressor(model, func=np.log1p, inverse_func=np.expm1)).fit(x, x["count"])
        y = np.maximum(p.predict(t[held]), 0)
        print(name, "without outliers" if drop else "all rows", len(x), f"RMSLE {np.sqrt(np.mean((np.log1p(y) - np.log1p(t[held]['count'])) ** 2)):.6f}")
