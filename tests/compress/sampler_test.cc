#include "compress/model/sampler.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace temblor {
namespace {

std::vector<double> frequencies(const GenerationOptions& options,
                                const std::vector<float>& logits) {
    Sampler sampler(options);
    std::vector<double> counts(logits.size(), 0);
    constexpr int kDraws = 20000;
    for (int i = 0; i < kDraws; ++i) counts[sampler.choose(logits)] += 1.0 / kDraws;
    return counts;
}

const std::vector<float> kLogits = {0.0F, 2.0F, -1.0F, 1.0F, 2.0F};

TEST(SamplerTest, ZeroTemperatureTakesTheFirstOfTheLargest) {
    EXPECT_EQ(Sampler({}).choose(kLogits), 1U);
}

TEST(SamplerTest, DrawsByTheDistribution) {
    for (const double temperature : {0.5, 1.0, 2.0}) {
        double sum = 0;
        for (const float logit : kLogits) sum += std::exp(logit / temperature);
        const auto found = frequencies({.temperature = temperature, .seed = 3}, kLogits);
        for (size_t i = 0; i < kLogits.size(); ++i) {
            EXPECT_NEAR(found[i], std::exp(kLogits[i] / temperature) / sum, 0.02);
        }
    }
}

TEST(SamplerTest, TopKAndTopPCut) {
    const auto of_k = frequencies({.temperature = 1, .top_k = 2, .seed = 4}, kLogits);
    EXPECT_NEAR(of_k[1], 0.5, 0.02);
    EXPECT_NEAR(of_k[4], 0.5, 0.02);
    const auto of_p = frequencies({.temperature = 1, .top_p = 0.3, .seed = 5}, kLogits);
    EXPECT_NEAR(of_p[1], 1, 1e-9);
    const auto tiny = frequencies({.temperature = 1, .top_p = 1e-9, .seed = 5}, kLogits);
    EXPECT_NEAR(tiny[1], 1, 1e-9);
}

TEST(SamplerTest, LogProbabilitiesSumToOne) {
    double sum = 0;
    for (uint32_t i = 0; i < kLogits.size(); ++i) sum += std::exp(log_probability(kLogits, i));
    EXPECT_NEAR(sum, 1, 1e-6);
}

}  // namespace
}  // namespace temblor
