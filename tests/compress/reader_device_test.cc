#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "compress/model/reader.h"
#include "tests/compress/model_files.h"

namespace temblor {
namespace {

/// The kernels that decode on a GPU against the operations of libtorch there: shapes are such that
/// every kernel, head size and way of sharing keys is used.
class ReaderDeviceTest : public ::testing::TestWithParam<int> {
protected:
    void SetUp() override {
        const char* device = std::getenv("TEMBLOR_DEVICE");
        if (device == nullptr || std::string_view(device).substr(0, 4) != "cuda") {
            GTEST_SKIP() << "no GPU (TEMBLOR_DEVICE)";
        }
    }
};

ModelConfig some_shape(int number) {
    ModelConfig config;
    config.path = "random";
    config.architecture = Architecture::kQwen3;
    config.head = ModelHead::kCausalLm;
    config.activation = Activation::kSilu;
    config.norm_epsilon = 1e-5;
    constexpr int64_t kSizes[] = {64, 96, 128};
    constexpr int64_t kGroups[] = {1, 2, 4, 7, 8, 3};
    config.head_size = kSizes[number % 3];
    config.kv_heads = 2;
    config.heads = config.kv_heads * kGroups[number % 6];
    config.hidden = 8 * (50 + number);
    config.intermediate = 8 * (101 + number);
    config.layers = 3;
    config.vocabulary = 1003;
    config.positions = 4096;
    config.rotated = number % 4 == 3 ? config.head_size / 2 : config.head_size;
    config.qk_norm = number % 2 == 0;
    config.qkv_bias = number % 3 == 1;
    config.output_bias = number % 3 == 1;
    config.mlp_bias = number % 3 == 2;
    config.sliding_window = number % 4 == 1 ? 150 : 0;
    config.sliding = {0, config.sliding_window > 0 ? uint8_t{1} : uint8_t{0}, 0};
    return config;
}

TEST_P(ReaderDeviceTest, DecodeEqualsReading) {
    for (const Precision precision : {Precision::kF16, Precision::kBF16}) {
        ModelOptions options;
        options.precision = precision;
        const auto reader = Reader::random(some_shape(GetParam()), options, 5);
        ASSERT_TRUE(reader.is_ok()) << reader.status().to_string();
        for (const int64_t past : {1, 130, 700}) {
            SCOPED_TRACE(past);
            auto cache = reader.value()->new_cache();
            auto plain = reader.value()->new_cache();
            ASSERT_TRUE(cache.is_ok() && plain.is_ok());
            GenerationRequest request;
            for (int64_t i = 0; i < past; ++i) {
                request.input.ids.push_back(static_cast<uint32_t>(i * 31 % 1003));
            }
            request.cache = &cache.value();
            request.options.max_tokens = 12;
            request.options.ignore_end = true;
            request.options.log_probabilities = true;
            const auto answers = reader.value()->generate({&request, 1});
            ASSERT_TRUE(answers.is_ok()) << answers.status().to_string();
            const Generation& answer = answers.value()[0];
            ReadRequest whole;
            whole.cache = &plain.value();
            whole.input.ids = request.input.ids;
            whole.targets.assign(whole.input.ids.size() - 1, kNoTarget);
            for (const uint32_t id : answer.ids) {
                whole.input.ids.push_back(id);
                whole.targets.push_back(id);
            }
            whole.targets.push_back(kNoTarget);
            const auto read = reader.value()->read({&whole, 1});
            ASSERT_TRUE(read.is_ok()) << read.status().to_string();
            const double tolerance = precision == Precision::kF16 ? 0.02 : 0.1;
            for (size_t i = 0; i < answer.ids.size(); ++i) {
                EXPECT_NEAR(answer.log_probabilities[i],
                            read.value()[0].log_probabilities[request.input.ids.size() - 1 + i],
                            tolerance)
                    << i;
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Shapes, ReaderDeviceTest, ::testing::Range(0, 12));

}  // namespace
}  // namespace temblor
