// SPDX-License-Identifier: Apache-2.0
/* A saved model read by the Python package safetensors: its texts are JSON, its weights give the predictions that we give.
 */
#include <baeum.h>
#include "support/bmt_command.h"
#include "support/bmt_python.h"
#include <stdlib.h>
#include <string.h>

static const char script[] =
    "import json, sys\n"
    "import numpy as np, safetensors\n"
    "with safetensors.safe_open(sys.argv[1], 'np') as f:\n"
    "    about = {k: json.loads(v) for k, v in f.metadata().items()}\n"
    "    w = {k: f.get_tensor(k) for k in f.keys()}\n"
    "kinds = [l['kind'] for l in about['model']['layers']]\n"
    "assert kinds == ['input', 'dense', 'dropout', 'dense'], kinds\n"
    "assert about['task'] == {'task': 'classification', 'classes': ['setosa', 'versicolor', 'virginica']}, about['task']\n"
    "assert about['training']['epochs'] == 3 and len(about['training']['history']['loss']) == 3\n"
    "assert about['training']['compile']['optimizer']['kind'] == 'adam'\n"
    "assert w['hidden/kernel'].shape == (4, 8) and w['hidden/kernel'].dtype == np.float32\n"
    "if sys.argv[3] == 'checkpoint':\n"
    "    assert w['training/state'].dtype == np.uint64 and w['training/state'][0] == 5, w['training/state']\n"
    "    assert any(k.startswith('hidden/kernel/') for k in w), sorted(w)\n"
    "else:\n"
    "    assert sorted(w) == ['hidden/bias', 'hidden/kernel', 'last/bias', 'last/kernel'], sorted(w)\n"
    "x = np.array([[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]], np.float32)\n"
    "z = np.maximum(x @ w['hidden/kernel'] + w['hidden/bias'], 0) @ w['last/kernel'] + w['last/bias']\n"
    "p = np.exp(z - z.max(1, keepdims=True)); p /= p.sum(1, keepdims=True)\n"
    "ours = np.loadtxt(sys.argv[2]).reshape(2, 3)\n"
    "assert np.abs(p - ours).max() < 1e-6, (p, ours)\n"
    "print('read back')\n";

static void read_back(void **state)
{
    (void)state;
    const char *python = bmt_python();
    if (!python) return;
    bm_dataset *iris = bm_dataset_load("iris");
    bm_model *m = bm_sequential(bm_input(4), bm_dense(8, .activation = BM_RELU, .name = "hidden"), bm_dropout(.1),
                                bm_dense(3, .activation = BM_SOFTMAX, .name = "last"));
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY, .metrics = { BM_ACCURACY });
    bm_fit(m, iris, .epochs = 3, .seed = 5);
    bm_tensor *x = bm_tensor_copy_at(BM_F32, BM_SHAPE(2, 4), (const float[]){ 5.1f, 3.5f, 1.4f, .2f, 6.7f, 3, 5.2f, 2.3f },
                                     BM_HERE),
              *p = bm_predict(m, x);
    char numbers[400] = "";
    for (int i = 0; i < 6; i++)
        snprintf(numbers + strlen(numbers), sizeof numbers - strlen(numbers), "%.9g\n", bm_tensor_at(p, i));
    bmt_temp_file("predictions", numbers, strlen(numbers));
    bmt_temp_file("read.py", script, sizeof script - 1);
    bm_save(m, bmt_temp("model.safetensors"));
    bm_save(m, bmt_temp("checkpoint.safetensors"), .training = true);
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
    static const char *const files[] = { "model", "checkpoint" };
    for (int i = 0; i < 2; i++)
        assert_string_equal(bmt_exits(bmt_sh("'%s' read.py %s.safetensors predictions %s", python, files[i], files[i]), 0).out,
                            "read back\n");
    bm_free(x);
    bm_free(p);
    bm_free(m);
    bm_free(iris);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(read_back) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
