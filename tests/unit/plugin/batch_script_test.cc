// SPDX-License-Identifier: BSD-3-Clause
#include "plugin/batch_script.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;

TEST_GROUP(BatchScript) {
  static void calls(const char* command, const char* script) {
    STRCMP_EQUAL_TEXT(command, slurm_command_in(script).c_str(), script);
  }
};

TEST(BatchScript, ACommandStandsWhereAShellTakesOne) {
  for (const char* script :
       {"srun ./a", "#!/bin/sh\n#SBATCH -n4\n\n  srun -n2 ./a", "cd x && srun ./a", "cd x; srun ./a",
        "for i in 1 2; do srun ./a; done", "if true; then srun; fi", "OMP_NUM_THREADS=4 A=b srun ./a", "exec srun ./a",
        "time srun ./a", "x=$(srun hostname)", "echo a | srun ./a", "(srun ./a) &", "module load x\nsrun ./a"}) {
    calls("srun", script);
  }
  calls("squeue", "echo $(squeue -h)");
  calls("sattach", "sattach $SLURM_JOB_ID.0");
  calls("scontrol", "hosts=x\nscontrol show hostnames $SLURM_JOB_NODELIST\nsrun ./a");
}

TEST(BatchScript, OtherWordsAreNone) {
  for (const char* script : {"", "#!/bin/sh\n", "# srun ./a", "echo srun", "python train.py srun", "./srun x", "mysrun",
                             "echo 'use srun'", "cat <<E >x\nuse srun\nE", "a=srun"}) {
    calls("", script);
  }
}
