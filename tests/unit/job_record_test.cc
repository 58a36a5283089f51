#include "plugin/job_record.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;

namespace {

std::string record(const std::string& name, const std::string& account = "physics") {
  return "JobId=7 JobName=" + name +
         "\n   UserId=alice(1000) GroupId=alice(1000) MCS_label=N/A\n   Priority=4294901757 Nice=0 Account=" + account +
         " QOS=(null)\n   JobState=RUNNING Reason=None Dependency=(null)\n   Partition=debug AllocNode:Sid=login:1\n" +
         "   Command=/home/alice/a Account=b\n   Comment=x Partition=all\n";
}

}  // namespace

TEST_GROUP(JobRecord){};

TEST(JobRecord, HasPartitionAndAccount) {
  const Subject subject = subject_in(record("a"), 7);
  STRCMP_EQUAL("debug", subject.partition.value().c_str());
  STRCMP_EQUAL("physics", subject.account.value().c_str());
}

TEST(JobRecord, AJobMayHaveNoAccount) {
  STRCMP_EQUAL("", subject_in(record("a", "(null)"), 7).account.value().c_str());
}

TEST(JobRecord, NamesOfTheUsersChangeNothing) {
  STRCMP_EQUAL("physics", subject_in(record("x Account=other Partition=all"), 7).account.value().c_str());
  CHECK_FALSE(subject_in(record("x\n   Priority=1 Nice=0 Account=other"), 7).account.has_value());
  CHECK_FALSE(subject_in(record("x\n   Partition=all"), 7).partition.has_value());
}

TEST(JobRecord, OfAnotherJobOrNoneNothingIsKnown) {
  CHECK_FALSE(subject_in(record("a"), 77).partition.has_value());
  CHECK_FALSE(subject_in("", 7).account.has_value());
}
