#pragma once

#include <functional>
#include <string>
#include <utility>

#include "data/status.h"

namespace CLI {
class App;
}

namespace temblor::cli {

/// How a verb ended: a status of the library, or a mistake in the command line itself.
class Outcome {
public:
    Outcome() = default;
    Outcome(Status status) : status_(std::move(status)) {}  // NOLINT(google-explicit-constructor)
    /// The command line cannot be carried out; `message` says what to write instead.
    static Outcome usage(std::string message) {
        Outcome outcome(Status::invalid_argument(std::move(message)));
        outcome.usage_ = true;
        return outcome;
    }

    [[nodiscard]] const Status& status() const { return status_; }
    [[nodiscard]] bool is_usage() const { return usage_; }

private:
    Status status_;
    bool usage_ = false;
};

/// What the command line asked for, run after all of it has been parsed.
using Action = std::function<Outcome()>;

/// Each adds one verb to `app`; when the verb is parsed, `action` becomes what it does.
void add_build(CLI::App& app, Action& action);
void add_search(CLI::App& app, Action& action);
void add_eval(CLI::App& app, Action& action);
void add_fuse(CLI::App& app, Action& action);
void add_ground_truth(CLI::App& app, Action& action);
void add_hash(CLI::App& app, Action& action);
void add_calibrate(CLI::App& app, Action& action);
void add_stats(CLI::App& app, Action& action);
void add_inspect(CLI::App& app, Action& action);
void add_verify(CLI::App& app, Action& action);
void add_synth(CLI::App& app, Action& action);
void add_convert(CLI::App& app, Action& action);
void add_collection(CLI::App& app, Action& action);
void add_import(CLI::App& app, Action& action);
void add_alias(CLI::App& app, Action& action);
void add_snapshot(CLI::App& app, Action& action);
void add_restore(CLI::App& app, Action& action);
void add_check(CLI::App& app, Action& action);
void add_repair(CLI::App& app, Action& action);
void add_serve(CLI::App& app, Action& action);

/// Parses and runs a whole command line; errors go to standard error as "temblor: MESSAGE".
/// Returns the exit status (cli/exit_status.h). Throws nothing.
int run(int argc, const char* const* argv);

}  // namespace temblor::cli
