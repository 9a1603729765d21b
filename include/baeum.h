// SPDX-License-Identifier: Apache-2.0
/* Everything of Baeum's C interface. */
#ifndef BAEUM_H
#define BAEUM_H
#include <baeum/base.h>
#include <baeum/column.h>
#include <baeum/curves.h>
#include <baeum/data.h>
#include <baeum/extend.h>
#include <baeum/extend_fields.h>
#include <baeum/extend_graph.h>
#include <baeum/extend_model.h>
#include <baeum/extend_nn.h>
#include <baeum/graph.h>
#include <baeum/inference.h>
#include <baeum/learn.h>
#include <baeum/learners.h>
#include <baeum/model.h>
#include <baeum/nn.h>
#include <baeum/nonlinear.h>
#include <baeum/ops.h>
#include <baeum/paths.h>
#include <baeum/recipe.h>
#include <baeum/session.h>
#include <baeum/table.h>
#include <baeum/tensor.h>
#include <baeum/view.h>
#endif
