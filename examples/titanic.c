// SPDX-License-Identifier: Apache-2.0
/* Titanic: who survived? 891 passengers, 866 cells missing, texts, numbers and classes. Names, tickets and cabins differ in nearly all rows and are
 * left out by themselves; ages are filled, ports and sexes become columns. Two questions are asked of the model in the end.
 *
 *     titanic titanic.csv
 */
#include <baeum.h>

static void ask(const bm_model *m, const char *who, const char *sex, double class, double age)
{
    bm_tensor *p = bm_predict_row(m, .values = { { "Sex", .text = sex },
                                                 { "Pclass", .number = class },
                                                 { "Age", .number = age },
                                                 { "SibSp", .number = 0 },
                                                 { "Parch", .number = 0 },
                                                 { "Fare", .number = class == 1 ? 80 : 8 },
                                                 { "Embarked", .text = "S" } });
    printf("%-28s survives with probability %.2f\n", who, bm_tensor_at(p, 1));
    bm_report(p, stderr);
    bm_free(p);
}

int main(int argc, char **argv)
{
    bm_table *t = bm_table_read_csv(argc > 1 ? argv[1] : "titanic.csv");
    bm_recipe *r = bm_recipe_new(.target = "Survived");
    bm_recipe_drop(r, "PassengerId", "Name", "Ticket", "Cabin");
    bm_recipe_one_hot(r, "Sex", "Embarked", "Pclass");
    bm_model *m = bm_learner(bm_logistic(.C = 1), r);
    bm_fit_table(m, t, .test = .25, .seed = 1);
    const bm_scores test = bm_model_scores(m, "test"), baseline = bm_model_scores(m, "baseline");
    for (int64_t i = 0; bm_recipe_note(bm_model_recipe(m), i); i++) printf("%s\n", bm_recipe_note(bm_model_recipe(m), i));
    printf("test accuracy %.3f, area under the curve %.3f; always the most frequent class %.3f\n", bm_score(&test, "accuracy"),
           bm_score(&test, "roc_auc"), bm_score(&baseline, "accuracy"));
    if (!bm_failed(m)) {
        ask(m, "a woman of 30, first class", "female", 1, 30);
        ask(m, "a man of 30, third class", "male", 3, 30);
    }
    bm_report(t, stderr);
    bm_report(m, stderr);
    const int failed = bm_failed(t) || bm_failed(m);
    bm_free(m);
    bm_free(r);
    bm_free(t);
    return failed;
}
