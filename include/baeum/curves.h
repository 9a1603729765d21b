// SPDX-License-Identifier: Apache-2.0
/* Curves: what predictions do at every threshold, bin or row, each as a table; and the threshold that is best.
 */
// clang-format off
#ifndef BAEUM_CURVES_H
#define BAEUM_CURVES_H
#include <baeum/data.h>
#include <baeum/nn.h>
#ifdef __cplusplus
extern "C" {
#endif

/** What the counts of a confusion matrix are divided by. */
typedef enum bm_normalize {
    BM_NORMALIZE_NONE = 0,
    BM_NORMALIZE_TRUE,      /**< rows of the true class: rows sum to 1 */
    BM_NORMALIZE_PREDICTED, /**< rows of the predicted class: columns sum to 1 */
    BM_NORMALIZE_ALL        /**< all rows */
} bm_normalize;

typedef struct bm_curve_options {
    const bm_tensor *prediction; /**< [rows] or [rows, columns], reals: probabilities, scores or numbers */
    const bm_tensor *target;     /**< [rows] (class numbers or reals) or [rows, columns] */
    BM_NAMED_;
    const bm_tensor *weight;     /**< [rows], finite, 0 or more, not all 0; default: every row counts 1 */
    bm_output        output;
    bm_names         classes;    /**< names of classes; default "0", "1" ... */
    int64_t          bins;       /**< of calibration; default 5 */
    bool             quantile;   /**< bins of calibration have about as many rows each; default: equal width */
    bool             all_points; /**< roc: also points on a line between others, as drop_intermediate=False */
    bm_normalize     normalize;  /**< of confusion */
    double           threshold;  /**< of two classes, for confusion and classes: the second from here on; default .5 */
    double           cost_wrong, cost_missed; /**< of the table of thresholds: a row wrongly taken for class 1, one missed; default 1 */
} bm_curve_options;

/** A curve of given predictions and targets (borrowed) by its name. Columns of the tables (of several classes a first column "class", and one
 *  curve behind the other, each class against the rest):
 *   roc          fpr, tpr, threshold (the first is above all: missing)             scikit-learn roc_curve
 *   pr           precision, recall, threshold (the last point has none: missing)   precision_recall_curve
 *   det          fpr, fnr, threshold                                               det_curve
 *   calibration  from, to, predicted, true, rows: of bins that have rows           calibration_curve
 *   gain         share, gain, lift, threshold: of the rows from the highest score  cumulative gains
 *   threshold    threshold, precision, recall, specificity, f1, accuracy, balanced_accuracy, mcc, cost, predicted: one row a score
 *   residuals    target, prediction, residual (target less prediction); of several outputs a first column "output"
 *   confusion    true, then a column for each predicted class                      confusion_matrix
 *   classes      class, rows, precision, recall, specificity, f1, jaccard, roc_auc, average_precision   classification_report
 *  Returns  gives a table, never null
 *  Errors   on it: BM_E_ARGUMENT no such curve (the nearest is named), bins < 1; BM_E_SHAPE; BM_E_DATA NaN, targets or weights that are none,
 *           a class without rows where the curve divides by them; BM_E_MEMORY
 */
BM_API bm_table *bm_curve_at(const char *curve, const bm_curve_options *options, size_t size, bm_place here);
#define bm_curve(curve, prediction_, ...) \
    bm_curve_at((curve), BM_OPTIONS(bm_curve_options, .prediction = (prediction_), .target = __VA_ARGS__), BM_HERE)
#define bm_roc_curve(prediction, ...)         bm_curve("roc", prediction, __VA_ARGS__)
#define bm_pr_curve(prediction, ...)          bm_curve("pr", prediction, __VA_ARGS__)
#define bm_det_curve(prediction, ...)         bm_curve("det", prediction, __VA_ARGS__)
#define bm_calibration_curve(prediction, ...) bm_curve("calibration", prediction, __VA_ARGS__)
#define bm_gain_curve(prediction, ...)        bm_curve("gain", prediction, __VA_ARGS__)
#define bm_threshold_table(prediction, ...)   bm_curve("threshold", prediction, __VA_ARGS__)
#define bm_residual_table(prediction, ...)    bm_curve("residuals", prediction, __VA_ARGS__)
#define bm_confusion_table(prediction, ...)   bm_curve("confusion", prediction, __VA_ARGS__)
#define bm_class_table(prediction, ...)       bm_curve("classes", prediction, __VA_ARGS__)

/** The i-th curve's name and line of doc (null: not wanted); null past the last. */
BM_API const char *bm_curve_name(int64_t i, const char **doc);

typedef struct bm_model_curve_options {
    const char       *curve;
    BM_NAMED_;
    const bm_table   *table; /**< raw rows with the target; or */
    const bm_dataset *data;  /**< rows as the model takes them */
    int64_t           bins;
    bool              quantile, all_points;
    bm_normalize      normalize;
    double            threshold; /**< default: the model's own */
    double            cost_wrong, cost_missed;
} bm_model_curve_options;
/** A curve of a model on known rows, in the table's terms: names of classes, the target's unit, weights of rows. Rows of classes that training
 *  had not seen are left out. Errors also as bm_evaluate_table. */
BM_API bm_table *bm_model_curve_at(const bm_model *m, const bm_model_curve_options *options, size_t size, bm_place here);
#define bm_model_curve(m, ...) bm_model_curve_at((m), BM_OPTIONS(bm_model_curve_options, .curve = __VA_ARGS__), BM_HERE)

/** The threshold of two classes at which a metric of classes (accuracy, f1, fbeta, mcc, balanced_accuracy, kappa ...) is best on these
 *  rows, among their scores; of several that are as good the highest. The figure at it goes into *value (null: not wanted).
 *  Returns  NaN with the reason in `error` (null allowed), a line of at most `room` bytes: BM_E_ARGUMENT a metric that no threshold decides,
 *           other than two classes; as bm_curve */
BM_API double bm_best_threshold_at(bm_metric metric, const bm_curve_options *options, size_t size, double *value, char *error, size_t room, bm_place here);
#define bm_best_threshold(metric, prediction_, ...) \
    bm_best_threshold_at((metric), BM_OPTIONS(bm_curve_options, .prediction = (prediction_), .target = __VA_ARGS__), NULL, NULL, 0, BM_HERE)

/** The same of a model of two classes on known rows: for bm_model_set_threshold. Take rows that it was not trained on, and not those that
 *  judge it at the end. Errors also as bm_model_curve. */
BM_API double bm_model_best_threshold_at(const bm_model *m, bm_metric metric, const bm_model_curve_options *options, size_t size, double *value, char *error, size_t room, bm_place here);
#define bm_model_best_threshold(m, metric, ...) \
    bm_model_best_threshold_at((m), (metric), BM_OPTIONS(bm_model_curve_options, .curve = "threshold", __VA_ARGS__), NULL, NULL, 0, BM_HERE)

#ifdef __cplusplus
}
#endif
#endif
