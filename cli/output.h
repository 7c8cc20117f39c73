#pragma once

#include <string_view>

#include "data/status.h"

namespace boost::json {
class value;
}

namespace temblor::cli {

/// Writes to standard output, whole. kIoError when that fails, but ok, once and for all, when the
/// reader has gone away (`temblor ... | head`): see output_closed().
Status print(std::string_view text);
/// True after the reader of standard output went away: nothing more needs to be written.
bool output_closed();

/// One line of JSON with numbers as short as they can be and still read back the same.
Status print_json(const boost::json::value& value);

/// "temblor: warning: MESSAGE" on standard error.
void warn(std::string_view message);

/// The double that prints as short as `value` does: 0.8F becomes 0.8, not 0.800000011920929.
double as_printed(float value);

}  // namespace temblor::cli
