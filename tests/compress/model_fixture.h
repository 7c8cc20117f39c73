#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compress/model/token_sequence.h"

namespace temblor::testing {

/// A tiny model of tests/fixtures/models and what transformers gives for it
/// (tests/fixtures/make_models.py).
struct ModelFixture {
    std::string folder;
    std::vector<TokenSequence> texts;
    /// A text each: its numbers row by row ("logits" or "hidden").
    std::vector<std::vector<float>> outputs;

    /// Aborts the test when it cannot be read.
    static ModelFixture read(const std::string& name);
};

/// A real folder's golden.json: ids, and sparse or dense vectors.
struct GoldenTexts {
    std::vector<std::string> texts;
    std::vector<TokenSequence> tokens;
    std::vector<std::vector<uint32_t>> indices;  ///< of sparse vectors
    std::vector<std::vector<float>> values;

    /// The first `most` of them.
    static GoldenTexts read(const std::string& folder, size_t most = SIZE_MAX);
};

/// Fails at the first pair that differs by more than `tolerance`.
void expect_close(const std::vector<float>& found, const std::vector<float>& expected,
                  float tolerance);

}  // namespace temblor::testing
