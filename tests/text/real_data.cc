#include "tests/text/real_data.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <numeric>
#include <sstream>

#include <gtest/gtest.h>
#include <simdjson.h>

#include "data/text/small_file.h"

namespace temblor::test {
namespace {

void for_each_object(const std::string& path,
                     const std::function<void(simdjson::dom::element)>& visit) {
    auto content = read_small_file(path);
    ASSERT_TRUE(content.is_ok()) << content.status().to_string();
    std::istringstream lines(*content);
    simdjson::dom::parser parser;
    for (std::string line; std::getline(lines, line);) {
        simdjson::dom::element object;
        ASSERT_EQ(parser.parse(line).get(object), simdjson::SUCCESS) << path;
        visit(object);
    }
}

std::string field(simdjson::dom::element object, std::string_view name) {
    std::string_view text;
    if (object[name].get(text) != simdjson::SUCCESS) return {};
    return std::string(text);
}

// Documents by score, then by row.
std::vector<uint32_t> best_rows(const std::vector<double>& scores, size_t k) {
    std::vector<uint32_t> rows(scores.size());
    std::iota(rows.begin(), rows.end(), 0U);
    k = std::min(k, rows.size());
    std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(k), rows.end(),
                      [&scores](uint32_t a, uint32_t b) {
                          return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
                      });
    rows.resize(k);
    std::erase_if(rows, [&scores](uint32_t row) { return scores[row] <= 0; });
    return rows;
}

double discount(size_t rank) { return 1 / std::log2(static_cast<double>(rank) + 2); }

}  // namespace

std::string real_data_folder() {
    const char* named = std::getenv("TEMBLOR_DATA");
    if (named != nullptr && *named != '\0') return named;
    return std::string(TEMBLOR_ROOT) + "/../shared/data";
}

std::optional<std::string> real_data_file(const std::string& relative) {
    std::string path = real_data_folder() + "/" + relative;
    if (!std::filesystem::exists(path)) return std::nullopt;
    return path;
}

BeirCollection read_beir(const std::string& folder) {
    BeirCollection collection;
    for_each_object(folder + "/corpus.jsonl.gz", [&](simdjson::dom::element object) {
        collection.document_ids.push_back(field(object, "_id"));
        collection.texts.push_back(field(object, "title") + " " + field(object, "text"));
    });
    std::unordered_map<std::string, std::unordered_map<std::string, int>> qrels;
    std::ifstream lines(folder + "/qrels/test.tsv");
    std::string query;
    std::string document;
    std::string grade;
    std::getline(lines, query);
    while (lines >> query >> document >> grade) qrels[query][document] = std::stoi(grade);
    for_each_object(folder + "/queries.jsonl.gz", [&](simdjson::dom::element object) {
        const auto judged = qrels.find(field(object, "_id"));
        if (judged == qrels.end()) return;
        collection.queries.push_back(field(object, "text"));
        collection.grades.push_back(judged->second);
    });
    return collection;
}

double ndcg_at_10(const std::unordered_map<std::string, int>& grades,
                  const std::vector<std::string>& ranking) {
    std::vector<int> ideal;
    for (const auto& [document, grade] : grades) ideal.push_back(grade);
    std::sort(ideal.rbegin(), ideal.rend());
    double best = 0;
    for (size_t i = 0; i < std::min<size_t>(ideal.size(), 10); ++i) best += ideal[i] * discount(i);
    double gained = 0;
    for (size_t i = 0; i < std::min<size_t>(ranking.size(), 10); ++i) {
        const auto judged = grades.find(ranking[i]);
        if (judged != grades.end()) gained += judged->second * discount(i);
    }
    return best > 0 ? gained / best : 0;
}

double mean_ndcg_at_10(const BeirCollection& collection, const EncodedCorpus& corpus) {
    struct Posting {
        uint32_t row;
        float value;
    };
    std::vector<std::vector<Posting>> lists(corpus.vocabulary.size());
    for (uint32_t row = 0; row < corpus.vectors.rows(); ++row) {
        const SparseVectorView vector = corpus.vectors.row(row);
        for (size_t i = 0; i < vector.nnz(); ++i) {
            lists[vector.components[i]].push_back({row, vector.values[i]});
        }
    }
    auto encoder = load_text_encoder(corpus.encoder, corpus.vocabulary);
    EXPECT_TRUE(encoder.is_ok()) << encoder.status().to_string();
    if (!encoder.is_ok()) return 0;

    double total = 0;
    std::vector<double> scores(corpus.vectors.rows());
    for (size_t q = 0; q < collection.queries.size(); ++q) {
        const auto query = (*encoder)->encode_query(collection.queries[q]);
        EXPECT_TRUE(query.is_ok()) << query.status().to_string();
        if (!query.is_ok()) return 0;
        std::fill(scores.begin(), scores.end(), 0.0);
        for (size_t i = 0; i < query->nnz(); ++i) {
            for (const Posting& posting : lists[query->components[i]]) {
                scores[posting.row] += double{query->values[i]} * double{posting.value};
            }
        }
        std::vector<std::string> ranking;
        for (const uint32_t row : best_rows(scores, 10))
            ranking.push_back(collection.document_ids[row]);
        total += ndcg_at_10(collection.grades[q], ranking);
    }
    return total / static_cast<double>(collection.queries.size());
}

}  // namespace temblor::test
