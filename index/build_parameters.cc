#include "index/build_parameters.h"

#include <algorithm>
#include <cmath>
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

BuildParameters BuildParameters::for_collection(uint64_t rows, uint64_t nnz, VectorSource source) {
    BuildParameters p;
    // Lists that keep enough of a collection grow slower than it does: 500 at a million documents,
    // where it was measured, and about 2,000 at the 9 M and 10,000 at the 138 M of the literature.
    constexpr double kAtOneMillion = 500;
    const double millions = static_cast<double>(rows) / 1e6;
    p.n_postings =
        static_cast<uint32_t>(std::max(10.0, std::round(kAtOneMillion * std::pow(millions, 0.6))));
    // In a small collection searches are fast anyway; its summaries should not outweigh it.
    constexpr uint64_t kSmall = 100'000;
    if (rows < kSmall) {
        p.centroid_fraction = 0.2;
        p.summary_energy = 0.4;
    }
    if (source == VectorSource::kText && rows > 0) {
        // Term weights differ little between documents: lists keep more, and the shorter documents
        // are, the more of a summary is needed to tell blocks apart.
        const double mean_terms = static_cast<double>(nnz) / static_cast<double>(rows);
        p.max_fraction = 20;
        p.centroid_fraction = 0.1;
        p.summary_energy = std::clamp(1.05 - mean_terms / 200, 0.5, 1.0);
    }
    return p;
}

Status BuildParameters::validate() const {
    const auto wrong = [](const char* name, const std::string& value, const char* expected) {
        return Status::invalid_argument(std::string(name) + ": " + value + ", expected " +
                                        expected);
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
