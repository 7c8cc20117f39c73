#include "cli/exit_status.h"

#include <string>

#include <gtest/gtest.h>

namespace temblor::cli {
namespace {

TEST(ExitStatus, EveryCodeHasItsNumber) {
    const auto number = [](StatusCode code) { return static_cast<int>(exit_status(code)); };
    EXPECT_EQ(number(StatusCode::kOk), 0);
    EXPECT_EQ(number(StatusCode::kInternal), 1);
    EXPECT_EQ(number(StatusCode::kInvalidArgument), 3);
    EXPECT_EQ(number(StatusCode::kAlreadyExists), 3);
    EXPECT_EQ(number(StatusCode::kUnimplemented), 3);
    EXPECT_EQ(number(StatusCode::kNotFound), 4);
    EXPECT_EQ(number(StatusCode::kCorruption), 5);
    EXPECT_EQ(number(StatusCode::kIoError), 6);
    EXPECT_EQ(number(StatusCode::kResourceExhausted), 7);
    EXPECT_EQ(number(StatusCode::kCancelled), 130);
}

TEST(ExitStatus, HelpListsEveryNumber) {
    const std::string help = exit_status_help();
    for (const char* number : {"0 ", "1 ", "2 ", "3 ", "4 ", "5 ", "6 ", "7 ", "130 "}) {
        EXPECT_NE(help.find(std::string("\n  ") + number), std::string::npos) << number;
    }
}

}  // namespace
}  // namespace temblor::cli
