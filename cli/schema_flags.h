#pragma once

#include <string>
#include <vector>

#include "data/status.h"
#include "index/collection/schema.h"

namespace CLI {
class App;
}

namespace temblor::cli {

/// A schema on the command line: a file, or its parts one by one.
struct SchemaFlags {
    void add_to(CLI::App& verb);
    /// Errors: kInvalidArgument names the flag and its value; those of reading the file.
    [[nodiscard]] Result<Schema> resolve() const;

private:
    std::string file_;
    std::vector<std::string> sparse_;
    std::vector<std::string> dense_;
    std::vector<std::string> indexes_;
};

}  // namespace temblor::cli
