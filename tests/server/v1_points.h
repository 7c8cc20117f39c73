#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <simdjson.h>

#include "data/sparse_vector.h"
#include "data/splitmix.h"
#include "query/collection/dense_distance.h"
#include "tests/data/test_files.h"
#include "tests/server/test_service.h"

namespace temblor::testing {

constexpr uint32_t kV1Points = 500;
constexpr uint32_t kV1Size = 5;  ///< of dense vectors

struct V1Point {
    SparseVector s;
    DenseVector d;
    uint32_t color = 0;
};

struct Scored {
    uint64_t id = 0;
    float score = 0;
};

/// `{"indices": .., "values": ..` with `more` before the end.
std::string sparse_json(const SparseVector& vector, const std::string& more = "");
std::string dense_json(const DenseVector& vector);

/// A server with a collection "c" of random points: sparse vectors "s" and "t", dense ones "d"
/// (dot) and "e" (Euclid), payloads {color, name}. Two thirds of the points are in segments, the
/// others in memory.
class V1SearchTest : public FolderTest {
protected:
    V1SearchTest();

    SparseVector random_sparse_vector(uint32_t most);
    DenseVector random_dense_vector();

    /// Every point that has a score, best first.
    template <typename Score>
    std::vector<Scored> ranked(const Score& score, bool only_positive) const {
        std::vector<Scored> all;
        for (uint64_t id = 0; id < points_.size(); ++id) {
            const float value = score(points_[id]);
            if (!only_positive || value > 0) all.push_back({id, value});
        }
        std::stable_sort(all.begin(), all.end(),
                         [](const Scored& a, const Scored& b) { return a.score > b.score; });
        return all;
    }
    [[nodiscard]] std::vector<Scored> by_sparse(const SparseVector& query) const;
    [[nodiscard]] std::vector<Scored> by_dense(const DenseVector& query) const;

    /// The answer's JSON; it lives until the next call.
    simdjson::dom::element search(const std::string& body, unsigned status = 200);
    static void expect_hits(const std::vector<Scored>& expected, size_t begin, size_t count,
                            simdjson::dom::array hits);

    TestService service_;
    SplitMix random_;
    std::vector<V1Point> points_;
    RawAnswer answer_;
    simdjson::dom::parser parser_;
};

}  // namespace temblor::testing
