#include "cli/collection_check.h"

#include <algorithm>

namespace temblor::cli {

Result<std::vector<std::string>> check_collection(const StoredCollection& stored,
                                                  Progress& progress) {
    std::vector<std::string> findings;
    const auto add = [&](const std::string& what) {
        if (std::ranges::find(findings, what) == findings.end()) findings.push_back(what);
    };
    if (stored.collection == nullptr) {
        add(stored.error.message());
        return findings;
    }
    std::vector<std::string> found;
    const Status checked = stored.collection->check(progress, found);
    for (const std::string& what : stored.collection->stats().damaged) add(what);
    for (const std::string& what : found) add(what);
    if (checked.is_ok()) return findings;
    if (checked.code() != StatusCode::kCorruption) return checked;
    add(checked.message());
    return findings;
}

}  // namespace temblor::cli
