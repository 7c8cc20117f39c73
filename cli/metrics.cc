#include "cli/metrics.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace temblor::cli {
namespace {

double discount(size_t position) { return 1 / std::log2(static_cast<double>(position) + 2); }

int grade_of(const Grades& grades, const std::string& id) {
    const auto found = grades.find(id);
    return found == grades.end() ? 0 : std::max(found->second, 0);
}

}  // namespace

double ndcg(std::span<const std::string> ranking, const Grades& grades, size_t cut) {
    std::vector<int> ideal;
    for (const auto& [id, grade] : grades) {
        if (grade > 0) ideal.push_back(grade);
    }
    if (ideal.empty()) return 0;
    std::sort(ideal.begin(), ideal.end(), std::greater<>());
    double best = 0;
    for (size_t i = 0; i < std::min(cut, ideal.size()); ++i) best += ideal[i] * discount(i);
    double gained = 0;
    for (size_t i = 0; i < std::min(cut, ranking.size()); ++i) {
        gained += grade_of(grades, ranking[i]) * discount(i);
    }
    return best > 0 ? gained / best : 0;
}

double reciprocal_rank(std::span<const std::string> ranking, const Grades& grades, size_t cut) {
    for (size_t i = 0; i < std::min(cut, ranking.size()); ++i) {
        if (grade_of(grades, ranking[i]) > 0) return 1 / static_cast<double>(i + 1);
    }
    return 0;
}

double recall(std::span<const std::string> ranking, const Grades& grades, size_t cut) {
    const auto relevant = std::count_if(grades.begin(), grades.end(),
                                        [](const auto& judged) { return judged.second > 0; });
    if (relevant == 0) return 0;
    size_t found = 0;
    for (size_t i = 0; i < std::min(cut, ranking.size()); ++i) {
        if (grade_of(grades, ranking[i]) > 0) ++found;
    }
    return static_cast<double>(found) / static_cast<double>(relevant);
}

double accuracy(std::span<const uint32_t> found, std::span<const uint32_t> exact) {
    if (exact.empty()) return 1;
    std::vector<uint32_t> sorted(found.begin(), found.end());
    std::sort(sorted.begin(), sorted.end());
    const auto hits = std::count_if(exact.begin(), exact.end(), [&](uint32_t row) {
        return std::binary_search(sorted.begin(), sorted.end(), row);
    });
    return static_cast<double>(hits) / static_cast<double>(exact.size());
}

double mean(std::span<const double> values) {
    if (values.empty()) return 0;
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double percentile(std::vector<double> values, double percent) {
    if (values.empty()) return 0;
    const double rank = std::ceil(percent / 100 * static_cast<double>(values.size()));
    const auto index =
        static_cast<size_t>(std::clamp(rank - 1, 0.0, static_cast<double>(values.size() - 1)));
    std::nth_element(values.begin(), values.begin() + static_cast<ptrdiff_t>(index), values.end());
    return values[index];
}

}  // namespace temblor::cli
