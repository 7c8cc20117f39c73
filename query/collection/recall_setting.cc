#include "query/collection/recall_setting.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>

namespace temblor {
namespace {

struct UsualSetting {
    double accuracy;
    uint32_t query_cut;
    float heap_factor;
};

// Reached, or missed by a point or two, at k = 10 and k = 100 by SPLADE-v3 vectors of NFCorpus, of
// 56,010 questions and claims and of 200,000 mixtures of them, and by BM25 vectors of SciFact. Past
// the last the search is exact.
constexpr double kRounding = 1e-6;  // of a number that was a float
constexpr uint32_t kShallow = 31;
constexpr UsualSetting kShallowSettings[] = {{0.80, 6, 0.9F},  {0.90, 8, 0.7F},  {0.95, 10, 0.7F},
                                             {0.97, 14, 0.6F}, {0.98, 14, 0.4F}, {0.99, 20, 0.4F}};
constexpr UsualSetting kDeepSettings[] = {
    {0.80, 8, 0.8F}, {0.85, 10, 0.7F}, {0.90, 20, 0.6F}, {0.97, 20, 0.4F}};

SearchParameters usual_setting(uint32_t k, double recall) {
    SearchParameters parameters;
    parameters.k = k;
    const auto choose = [&](std::span<const UsualSetting> settings) {
        const auto at = std::find_if(
            settings.begin(), settings.end(),
            [&](const UsualSetting& one) { return one.accuracy + kRounding >= recall; });
        parameters.exact = at == settings.end();
        if (parameters.exact) return;
        parameters.query_cut = at->query_cut;
        parameters.heap_factor = at->heap_factor;
        parameters.patience = 400 + 4 * k;
    };
    if (k <= kShallow) {
        choose(kShallowSettings);
    } else {
        choose(kDeepSettings);
    }
    return parameters;
}

Status check_recall(double recall) {
    if (recall >= kLeastRecall && recall <= 1) return Status::ok();
    return Status::invalid_argument("expected a number from " + std::to_string(kLeastRecall) +
                                    " to 1, got " + std::to_string(recall));
}

/// Whatever of both looks at more.
void keep_more_careful(SearchParameters& all, const SearchParameters& one) {
    all.exact = all.exact || one.exact;
    all.query_cut = std::max(all.query_cut, one.query_cut);
    all.heap_factor = std::min(all.heap_factor, one.heap_factor);
    all.patience =
        all.patience == 0 || one.patience == 0 ? 0 : std::max(all.patience, one.patience);
}

}  // namespace

Result<std::optional<DenseSetting>> dense_setting_for_recall(double recall) {
    TEMBLOR_RETURN_IF_ERROR(check_recall(recall));
    struct Reached {
        double recall;
        DenseSetting setting;
    };
    static constexpr Reached kReached[] = {
        {0.80, {8, 0, 0.75F, 30, 16}},   {0.90, {12, 0, 0.75F, 50, 24}},
        {0.95, {16, 0, 1.0F, 70, 48}},   {0.97, {24, 0, 1.0F, 90, 64}},
        {0.98, {24, 0, 1.5F, 120, 96}},  {0.99, {48, 0, 1.75F, 150, 160}},
        {0.995, {96, 0, 2.5F, 200, 300}}};
    for (const Reached& one : kReached)
        if (one.recall + kRounding >= recall) return std::optional(one.setting);
    return std::optional<DenseSetting>();
}

Result<SearchParameters> setting_for_recall(const Version& version, std::string_view name,
                                            uint32_t k, double recall) {
    TEMBLOR_RETURN_IF_ERROR(check_recall(recall));
    std::optional<SearchParameters> all;
    const auto add = [&](const SearchParameters& one) {
        if (all) {
            keep_more_careful(*all, one);
        } else {
            all = one;
        }
    };
    for (const SegmentView& view : version.segments) {
        const std::shared_ptr<const Segment>* segment = view.segment->sparse(name);
        if (segment == nullptr) continue;
        if (recall >= 1 || (*segment)->calibration().empty()) {
            add(usual_setting(k, recall));
        } else {
            TEMBLOR_ASSIGN_OR_RETURN(const SearchParameters one,
                                     parameters_for_recall(**segment, k, recall));
            add(one);
        }
    }
    return all.value_or(usual_setting(k, recall));
}

}  // namespace temblor
