#include "index/build_parameters.h"

#include <string>

namespace temblor {

std::string_view forward_kind_name(ForwardKind kind) {
    switch (kind) {
        case ForwardKind::kRecord:
            return "record";
        case ForwardKind::kCompact:
            return "compact";
        case ForwardKind::kF32:
            return "f32";
    }
    return "unknown";
}

Result<ForwardKind> parse_forward_kind(std::string_view name) {
    if (name == "record") return ForwardKind::kRecord;
    if (name == "compact") return ForwardKind::kCompact;
    if (name == "f32") return ForwardKind::kF32;
    return Status::invalid_argument("forward: \"" + std::string(name) +
                                    "\", expected record, compact or f32");
}

BuildParameters BuildParameters::for_collection(uint64_t rows, uint64_t nnz) {
    BuildParameters p;
    // The lists of a small collection are short: keep them whole. Above a million documents the budget
    // grows with the square root, as the settings that win in the literature do (2,000 to 4,000 at 9 M,
    // 30,000 to 60,000 at 138 M).
    if (rows > 1'000'000) {
        uint64_t root = 1;
        while ((root + 1) * (root + 1) <= rows / 1'000'000) ++root;
        p.n_postings = static_cast<uint32_t>(500 * root);
    }
    if (rows > 0 && nnz / rows < 8) p.summary_energy = 0.8;  // titles: little to cut
    return p;
}

Status BuildParameters::validate() const {
    const auto wrong = [](const char* name, const std::string& value, const char* expected) {
        return Status::invalid_argument(std::string(name) + ": " + value + ", expected " + expected);
    };
    if (n_postings < 1) return wrong("n_postings", std::to_string(n_postings), "at least 1");
    if (!(max_fraction > 0 && max_fraction <= 1e6)) {
        return wrong("max_fraction", std::to_string(max_fraction), "a number in (0, 1000000]");
    }
    if (!(centroid_fraction > 0 && centroid_fraction <= 1)) {
        return wrong("centroid_fraction", std::to_string(centroid_fraction), "a number in (0, 1]");
    }
    if (!(summary_energy > 0 && summary_energy <= 1)) {
        return wrong("summary_energy", std::to_string(summary_energy), "a number in (0, 1]");
    }
    if (doc_cut < 1 || doc_cut > 1000) {
        return wrong("doc_cut", std::to_string(doc_cut), "a number from 1 to 1000");
    }
    if (threads > 4096) return wrong("threads", std::to_string(threads), "at most 4096");
    return Status::ok();
}

}  // namespace temblor
