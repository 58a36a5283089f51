// SPDX-License-Identifier: BSD-3-Clause
#include "helper/enter/mpi_check.h"

#include <sched.h>
#include <stdlib.h>

#include "lib/hostlibs/mpi_check.h"
#include "lib/protocol/wire.h"
#include "tests/unit/in_child.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;

TEST_GROUP(MpiCheck) {
  // What a rank with these variables, of a step of 2, makes of a program that fits nothing.
  static Ended check(std::initializer_list<const char*> variables, const char* ranks = "2") {
    return in_child([&] {
      clearenv();
      setenv("SLURM_PROCID", "0", 1);
      setenv("SLURM_STEP_NUM_TASKS", ranks, 1);
      for (const char* name : variables) setenv(name, "1", 1);
      Decisions decisions;
      decisions.no_pmix = "no PMIx";
      decisions.lacks_pmi = "no PMI";
      decisions.no_mpi = "nothing";
      check_mpi(decisions);
    });
  }
};

TEST(MpiCheck, AProgramThatCannotTalkToWhatSlurmOffersIsRefused) {
  const Ended pmix = check({"PMIX_NAMESPACE", "SLURM_MPI_TYPE"});
  STRCMP_EQUAL("slipway: no PMIx\n", pmix.output.c_str());
  LONGS_EQUAL(kExitRefused, pmix.exit_code);
}

TEST(MpiCheck, OneThatSeemsNotToIsTold) {
  const Ended pmi = check({"PMI_FD", "SLURM_MPI_TYPE"});
  STRCMP_EQUAL("slipway: no PMI\n", pmi.output.c_str());
  LONGS_EQUAL(0, pmi.exit_code);
  const Ended pmix = in_child([&] {
    clearenv();
    for (const char* name : {"PMIX_NAMESPACE", "PMIX_SERVER_URI"}) setenv(name, "x", 1);
    Decisions decisions;
    decisions.lacks_pmix = "no client seen";
    decisions.launcher = "mpirun";
    check_mpi(decisions);
  });
  STRCMP_EQUAL("slipway: mpirun\nslipway: no client seen\n", pmix.output.c_str());
  LONGS_EQUAL(0, pmix.exit_code);
}

TEST(MpiCheck, WhereSlurmOffersNothingItIsTold) {
  const Ended none = check({});
  STRCMP_EQUAL("slipway: nothing\n", none.output.c_str());
  LONGS_EQUAL(0, none.exit_code);
}

TEST(MpiCheck, OfKindsThatNobodyKnowsNothingIsSaid) {
  for (const char* variable : {"SLURM_MPI_TYPE", "PMI_RANK"}) {
    const Ended unknown = check({variable});
    STRCMP_EQUAL("", unknown.output.c_str());
    LONGS_EQUAL(0, unknown.exit_code);
  }
}

TEST(MpiCheck, WhatAPmixServerTakesIsInItsVariables) {
  const auto check_with = [](std::initializer_list<std::pair<const char*, const char*>> variables) {
    return in_child([&] {
             clearenv();
             for (const auto& [name, value] : variables) setenv(name, value, 1);
             Decisions decisions;
             decisions.old_pmix = "old";
             decisions.lacks_munge = "no munge";
             check_mpi(decisions);
           }).output;
  };
  STRCMP_EQUAL("slipway: old\n", check_with({{"PMIX_NAMESPACE", "x"}, {"PMIX_SERVER_URI2", "x"}}).c_str());
  STRCMP_EQUAL("", check_with({{"PMIX_NAMESPACE", "x"}, {"PMIX_SERVER_URI", "x"}}).c_str());
  STRCMP_EQUAL("slipway: no munge\n", check_with({{"PMIX_NAMESPACE", "x"},
                                                  {"PMIX_SERVER_URI", "x"},
                                                  {"PMIX_SECURITY_MODE", "munge"}}).c_str());
  STRCMP_EQUAL("", check_with({{"PMIX_NAMESPACE", "x"},
                               {"PMIX_SERVER_URI", "x"},
                               {"PMIX_SECURITY_MODE", "munge,native"}}).c_str());
  STRCMP_EQUAL("", check_with({{"PMI_FD", "x"}, {"PMIX_SECURITY_MODE", "munge"}}).c_str());
}

TEST(MpiCheck, AStepOfOneRankIsOneWhateverItHas) {
  for (const char* variable : {"PMIX_NAMESPACE", "PMI_FD", "OTHER"}) {
    const Ended alone = check({variable}, "1");
    STRCMP_EQUAL("", alone.output.c_str());
    LONGS_EQUAL(0, alone.exit_code);
  }
}

TEST_GROUP(MpiJudgement) {
  MpiLibrary mpi;
  Plan plan;
  Terms terms;

  void setup() override {
    mpi.family = "MPICH";
    mpi.soname = "libmpich.so.12";
  }
  void teardown() override {
    mpi = MpiLibrary();
    plan = Plan();
    terms = Terms();
  }
  void judge() { judge_mpi(plan, mpi, "./app", terms); }
};

TEST(MpiJudgement, OneWithPmixIsSentThere) {
  mpi.pmix = mpi.munge = true;
  judge();
  CHECK(plan.no_pmix.empty() && plan.old_pmix.empty() && plan.lacks_pmix.empty() && plan.lacks_munge.empty());
  STRCMP_CONTAINS("./app: its MPI, MPICH (libmpich.so.12), seems to have no client of PMI-1 or PMI-2",
                  plan.lacks_pmi.c_str());
  STRCMP_CONTAINS("use srun --mpi=pmix", plan.lacks_pmi.c_str());
  STRCMP_CONTAINS("use srun --mpi=pmix", plan.no_mpi.c_str());
}

TEST(MpiJudgement, OneWithPmiIsSentThere) {
  mpi.pmi1 = mpi.talks_pmi_itself = true;
  judge();
  STRCMP_CONTAINS("use srun --mpi=pmi2", plan.no_mpi.c_str());
  STRCMP_EQUAL("", plan.lacks_pmi.c_str());
  STRCMP_CONTAINS("seems to have no PMIx client", plan.lacks_pmix.c_str());
  STRCMP_CONTAINS("use srun --mpi=pmi2", plan.lacks_pmix.c_str());
}

TEST(MpiJudgement, OneWithSlurmsLibraryNeedsNoKind) {
  mpi.pmi1 = true;
  judge();
  CHECK(plan.lacks_pmi.empty() && plan.no_mpi.empty());
}

TEST(MpiJudgement, OneWithNothingNeedsAnother) {
  judge();
  STRCMP_CONTAINS("--container-mpi=host", plan.lacks_pmix.c_str());
  STRCMP_CONTAINS("--container-mpi=host", plan.lacks_pmi.c_str());
}

TEST(MpiJudgement, OfOneThatChoosesWhenItRunsNothingIsSaid) {
  mpi.knows_clients = false;
  terms.remaps_root = true;
  judge();
  CHECK(plan.no_pmix.empty() && plan.lacks_pmix.empty() && plan.lacks_pmi.empty() && plan.no_mpi.empty());
}

TEST(MpiJudgement, PmixIsOutOfReachInANetworkOfItsOwn) {
  mpi.pmix = mpi.pmi2 = true;
  terms.namespaces = CLONE_NEWNET;
  judge();
  STRCMP_CONTAINS("--container-unshare=net", plan.no_pmix.c_str());
  STRCMP_CONTAINS("or use srun --mpi=pmi2", plan.no_pmix.c_str());
  STRCMP_EQUAL("", plan.lacks_pmi.c_str());
}

TEST(MpiJudgement, PmixTurnsAwayWhoIsShownAsRoot) {
  mpi.pmix = true;
  terms.remaps_root = true;
  judge();  // by a key of the site's
  STRCMP_CONTAINS("add --no-container-remap-root", plan.no_pmix.c_str());
  terms.options.remap_root = true;
  judge();
  STRCMP_CONTAINS("leave out --container-remap-root", plan.no_pmix.c_str());
}

TEST(MpiJudgement, APmixClientOfVersion1OrWithoutMungeIsToldWhereTheServerMinds) {
  mpi.pmix = mpi.pmix_1 = mpi.pmi2 = true;
  judge();
  CHECK(plan.no_pmix.empty());
  STRCMP_CONTAINS("has a PMIx client of version 1", plan.old_pmix.c_str());
  STRCMP_CONTAINS("or use srun --mpi=pmi2", plan.old_pmix.c_str());
  STRCMP_CONTAINS("seems to find no libmunge.so.2", plan.lacks_munge.c_str());
}
