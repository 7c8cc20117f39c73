#include <algorithm>

#include <simdjson.h>

#include "compress/model/reader.h"
#include "tests/compress/model_files.h"
#include "tests/compress/model_fixture.h"
#include "tests/compress/test_devices.h"
#include "tests/sanitized.h"

namespace temblor {
namespace {

class ReaderRealTest : public ::testing::TestWithParam<std::string> {};

TEST_P(ReaderRealTest, StoriesGoOnAsTheyShould) {
    const auto folder = testing::real_data("models/stories260K");
    if (!folder.has_value()) GTEST_SKIP() << "models/stories260K is not there (TEMBLOR_DATA)";
    simdjson::dom::parser parser;
    const simdjson::dom::element golden = parser.load(*folder + "/golden.json");
    std::vector<uint32_t> expected;
    for (const auto id : golden["ids"].get_array()) {
        expected.push_back(static_cast<uint32_t>(uint64_t(id.get_uint64())));
    }
    // The fake device copies all weights for every operation: fewer tokens show as much there.
    if (GetParam() == "fake" || testing::kSanitized)
        expected.resize(std::min<size_t>(expected.size(), 48));
    ModelOptions options;
    options.device = testing::device_under_test(GetParam());
    const auto reader = Reader::open(*folder, options);
    ASSERT_TRUE(reader.is_ok()) << reader.status().to_string();
    auto cache = reader.value()->new_cache();
    ASSERT_TRUE(cache.is_ok());
    GenerationRequest request;
    request.input.ids = {1};
    request.cache = &cache.value();
    request.options.max_tokens = static_cast<int64_t>(expected.size());
    request.options.ignore_end = true;
    const auto answers = reader.value()->generate({&request, 1});
    ASSERT_TRUE(answers.is_ok()) << answers.status().to_string();
    EXPECT_EQ(answers.value()[0].ids, expected);
    EXPECT_NE(answers.value()[0].text.find("Once upon a time"), std::string::npos)
        << answers.value()[0].text;

    request.options.stop = {"upon a"};
    cache->truncate(0);
    std::vector<uint32_t> told;
    const auto stopped = reader.value()->generate({&request, 1}, [&](size_t, uint32_t id) {
        told.push_back(id);
        return true;
    });
    ASSERT_TRUE(stopped.is_ok()) << stopped.status().to_string();
    EXPECT_EQ(stopped.value()[0].finish, FinishReason::kStop);
    EXPECT_EQ(stopped.value()[0].text.find("upon a"), std::string::npos);
    EXPECT_NE(stopped.value()[0].text.find("Once "), std::string::npos);
    EXPECT_EQ(told, stopped.value()[0].ids);
}

INSTANTIATE_TEST_SUITE_P(Devices, ReaderRealTest,
                         ::testing::ValuesIn(testing::devices_under_test()),
                         [](const auto& device) { return device.param; });

}  // namespace
}  // namespace temblor
