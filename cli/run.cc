#include <cstdio>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/exit_status.h"
#include "cli/output.h"

namespace temblor::cli {
namespace {

int fail(ExitStatus status, const std::string& message) {
    const std::string line = fmt::format("temblor: {}\n", message);
    std::fputs(line.c_str(), stderr);
    return static_cast<int>(status);
}

int usage(const CLI::App& app, const std::string& message) {
    std::string verb = "temblor";
    for (auto chosen = app.get_subcommands(); !chosen.empty();
         chosen = chosen.front()->get_subcommands()) {
        verb += " " + chosen.front()->get_name();
    }
    return fail(ExitStatus::kUsage, fmt::format("{}\nTry: {} --help", message, verb));
}

int finish(const CLI::App& app, const Outcome& outcome) {
    const Status& status = outcome.status();
    if (outcome.is_usage()) return usage(app, status.message());
    if (status.is_ok()) return static_cast<int>(ExitStatus::kOk);
    const ExitStatus exit = exit_status(status.code());
    if (status.code() == StatusCode::kCancelled) return fail(exit, "interrupted");
    return fail(exit, status.message());
}

int run_or_throw(int argc, const char* const* argv) {
    CLI::App app{
        "Retrieval over sparse vectors and text: builds an index from a file, searches it"};
    app.name("temblor");
    app.set_version_flag("--version", "temblor " TEMBLOR_VERSION);
    app.require_subcommand(1);
    app.footer(
        std::string("Examples:\n"
                    "  temblor build --input corpus.jsonl.gz --encoder bm25 --output text.tbl\n"
                    "  temblor search --index text.tbl --text \"statin and breast cancer\"\n"
                    "  temblor synth --documents 100000 --queries 1000 --output docs.csr "
                    "--queries-output q.csr\n"
                    "  temblor build --input docs.csr --output docs.tbl\n"
                    "  temblor eval --index docs.tbl --queries q.csr --accuracy --k 10\n\n") +
        exit_status_help());
    Action action;
    add_build(app, action);
    add_search(app, action);
    add_eval(app, action);
    add_fuse(app, action);
    add_ground_truth(app, action);
    add_hash(app, action);
    add_calibrate(app, action);
    add_stats(app, action);
    add_inspect(app, action);
    add_verify(app, action);
    add_synth(app, action);
    add_convert(app, action);
    add_collection(app, action);
    add_import(app, action);
    add_alias(app, action);
    add_snapshot(app, action);
    add_restore(app, action);
    add_check(app, action);
    add_repair(app, action);
    add_serve(app, action);
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForVersion&) {
        return finish(app, print(app.version() + "\n"));
    } catch (const CLI::CallForHelp&) {
        return finish(app, print(app.help()));
    } catch (const CLI::CallForAllHelp&) {
        return finish(app, print(app.help("", CLI::AppFormatMode::All)));
    } catch (const CLI::ParseError& error) {
        if (!app.get_subcommands().empty()) return usage(app, error.what());
        if (argc < 2) return usage(app, "a verb is missing");
        return usage(app, fmt::format("'{}' is neither a verb nor an option", argv[1]));
    }
    return finish(app, action());
}

}  // namespace

int run(int argc, const char* const* argv) {
    try {
        return run_or_throw(argc, argv);
    } catch (const std::bad_alloc&) {
        return fail(ExitStatus::kResource, "out of memory");
    } catch (const std::length_error&) {
        return fail(ExitStatus::kResource, "out of memory");
    } catch (const std::exception& error) {
        return fail(ExitStatus::kInternal, fmt::format("internal error: {}", error.what()));
    }
}

}  // namespace temblor::cli
