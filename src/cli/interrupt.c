// SPDX-License-Identifier: Apache-2.0
/* Ctrl-C: the first one asks the model to stop after its step, or in the middle of scoring, so that the best weights are kept and saved;
 * the second one, of either signal, ends the process at once. bm_stop is safe in a signal handler.
 */
#include "cli/cli.h"
#include <signal.h>

static bm_model *volatile working;
static volatile sig_atomic_t interrupted;
static struct sigaction old_int, old_term;

static void handle(int number)
{
    (void)number;
    interrupted = 1;
    if (old_int.sa_handler != SIG_IGN) signal(SIGINT, SIG_DFL);
    if (old_term.sa_handler != SIG_IGN) signal(SIGTERM, SIG_DFL);
    if (working) bm_stop(working);
}

void cli_interrupt_begin(bm_model *m)
{
    struct sigaction action = { .sa_handler = handle, .sa_flags = (int)SA_RESTART };
    sigemptyset(&action.sa_mask);
    interrupted = 0;
    working = m;
    sigaction(SIGINT, NULL, &old_int);
    sigaction(SIGTERM, NULL, &old_term);
    if (old_int.sa_handler != SIG_IGN) sigaction(SIGINT, &action, NULL); /* a shell's background job ignores it: leave that */
    if (old_term.sa_handler != SIG_IGN) sigaction(SIGTERM, &action, NULL);
}

bool cli_interrupt_end(void)
{
    sigaction(SIGINT, &old_int, NULL);
    sigaction(SIGTERM, &old_term, NULL);
    working = NULL;
    return interrupted != 0;
}

const volatile int *cli_interrupt_asked(void)
{
    return &interrupted;
}
