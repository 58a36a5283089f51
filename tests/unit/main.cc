// CppUTest's runner for every *_test.cc beside it. Run with -v to see each test's name.
#include <CppUTest/CommandLineTestRunner.h>

int main(int argc, char** argv) { return CommandLineTestRunner::RunAllTests(argc, argv); }
