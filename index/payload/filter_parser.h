#pragma once

#include <cstddef>
#include <string_view>

#include <simdjson.h>

#include "data/status.h"
#include "index/payload/filter.h"

namespace temblor {

/// Filters within filters and nested conditions, the outermost being the first.
inline constexpr size_t kMaxFilterDepth = 32;
/// Conditions, listed values and ids of a filter, together.
inline constexpr size_t kMaxFilterValues = 65536;

/// Reads Qdrant's filter JSON:
///
///     filter:    {must, should, must_not: a condition or an array of them,
///                 min_should: {conditions: [..], min_count}}
///     condition: {key, match: {value} | {any: [..]} | {except: [..]} | {text}}
///                {key, range: {gt, gte, lt, lte}}          numbers, or RFC 3339 strings
///                {key, values_count: {gt, gte, lt, lte}}   unsigned integers
///                {is_empty: {key}}  {is_null: {key}}  {has_id: [..]}  {nested: {key, filter}}
///                or a filter that is not empty
///
/// Matched values are strings, integers and booleans; ids are unsigned integers, UUIDs (with or
/// without dashes, in either case), or else strings. Members that are null count as absent. Text
/// without JSON's quotes, or with a member that is unknown, given twice, missing or of the wrong
/// type, bounds that say nothing, and filters past the limits above are kInvalidArgument, with the
/// place: "filter.must[2].range.gte: expected a number, got a string".
Result<Filter> parse_filter(std::string_view json);

/// The same of JSON that is parsed already and stands at `place`, which starts every message.
Result<Filter> parse_filter(simdjson::dom::element json, std::string_view place);

}  // namespace temblor
