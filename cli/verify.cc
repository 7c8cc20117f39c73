#include <memory>
#include <string>

#include <CLI/App.hpp>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/terminal_progress.h"
#include "index/dense/dense_segment.h"
#include "index/segment.h"

namespace temblor::cli {

void add_verify(CLI::App& app, Action& action) {
    auto index = std::make_shared<std::string>();
    CLI::App* verb = app.add_subcommand("verify", "Checks every byte of an index");
    verb->add_option("--index,index", *index, "Segment file")->required();
    verb->footer(
        "Prints ok, or names the damaged section and exits with 5.\n"
        "Example:\n  temblor verify --index nf.tbl");
    verb->callback([&action, index] {
        action = [index]() -> Outcome {
            TerminalProgress progress;
            if (is_dense_segment(*index)) {
                TEMBLOR_ASSIGN_OR_RETURN(const auto dense, DenseSegment::open(*index));
                TEMBLOR_RETURN_IF_ERROR(dense->verify(progress));
            } else {
                TEMBLOR_ASSIGN_OR_RETURN(const auto segment, Segment::open(*index));
                TEMBLOR_RETURN_IF_ERROR(segment->verify(progress));
            }
            progress.clear();
            return print("ok\n");
        };
    });
}

}  // namespace temblor::cli
