#pragma once

#include <string>
#include <vector>

#include "data/status.h"
#include "index/collection/version.h"

namespace temblor::testing {

/// What one reader can learn of a collection of model_schema(): every question once, as text.
/// Questions are get, scroll, count and exact search, with filters and without.
std::vector<Result<std::string>> all_answers(const Version& version, uint64_t pool);

/// Every answer that is no error is the one of `right`.
bool agree(const std::vector<Result<std::string>>& found,
           const std::vector<Result<std::string>>& right);
/// The first error among them, or ok.
Status first_error(const std::vector<Result<std::string>>& found);

/// Id, payload and vectors as one text.
std::string text_of(const Point& point);

}  // namespace temblor::testing
