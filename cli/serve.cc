#include <algorithm>
#include <csignal>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <CLI/App.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/output.h"
#include "index/collection/store.h"
#include "server/http/http_server.h"
#include "server/raise_descriptors.h"
#include "server/served_models.h"
#include "server/service.h"
#include "server/settings.h"

namespace temblor::cli {
namespace {

struct ServeCommand {
    std::map<std::string, std::string, std::less<>> flags;  ///< by the names of settings
    std::string config;
};

/// Handles signals until it goes: SIGTERM and SIGINT stop the server, SIGHUP reads certificates.
class Signals {
public:
    Signals(HttpServer& server, Service& service, AccessLog& log)
        : server_(server), service_(service), log_(log), set_(io_, SIGTERM, SIGINT, SIGHUP) {
        wait();
        thread_ = std::thread([this] { io_.run(); });
    }
    ~Signals() {
        io_.stop();
        thread_.join();
    }
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

private:
    void wait() {
        set_.async_wait([this](boost::system::error_code error, int signal) {
            if (error) return;
            if (signal == SIGHUP) {
                const Status status = server_.reload_certificate();
                log_.write(status.is_ok() ? AccessLog::Level::kInfo : AccessLog::Level::kError,
                           status.is_ok() ? "certificates read again" : status.message());
            } else {
                log_.write(AccessLog::Level::kInfo, "stopping");
                service_.prepare_to_stop();
                server_.stop();
            }
            wait();
        });
    }

    HttpServer& server_;
    Service& service_;
    AccessLog& log_;
    boost::asio::io_context io_;
    boost::asio::signal_set set_;
    std::thread thread_;
};

Status check_exposure(const ServerSettings& settings) {
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(settings.http.address, error);
    if (error || address.is_loopback() || !settings.api_key.empty() || settings.insecure)
        return Status::ok();
    return Status::invalid_argument(
        "listen: " + settings.http.address +
        " is open to others: set api_key, or insecure if that is what you want");
}

TextModelOptions model_options(const ServerSettings& settings) {
    TextModelOptions options;
    options.max_tokens = settings.model_tokens;
    options.model.device = settings.model_device;
    options.model.precision = parse_precision(settings.model_dtype).value();  // settings checked it
    const unsigned half = std::max(1U, std::thread::hardware_concurrency() / 2);
    options.model.threads =
        static_cast<int>(settings.model_cores != 0 ? settings.model_cores : half);
    return options;
}

Outcome serve(const ServeCommand& command) {
    TEMBLOR_ASSIGN_OR_RETURN(const ServerSettings settings,
                             ServerSettings::load(command.flags, command.config));
    if (settings.data.empty()) return Outcome::usage("--data: expected the folder of collections");
    TEMBLOR_RETURN_IF_ERROR(check_exposure(settings));
    raise_descriptor_limit();
    AccessLog log(settings.log_json, settings.log_level, settings.log_requests);
    StoreOptions options;
    TEMBLOR_ASSIGN_OR_RETURN(const auto store, Store::open(settings.data, options));
    for (const StoredCollection& stored : store->collections()) {
        if (stored.collection == nullptr) {
            log.write(AccessLog::Level::kError,
                      stored.name + " does not open: " + stored.error.message());
        }
    }
    Service service(*store, log,
                    {settings.data, AccessKeys(settings.api_key, settings.read_only_key),
                     settings.http.limits, settings.slow_query, TEMBLOR_VERSION});
    TEMBLOR_RETURN_IF_ERROR(
        add_served_models(settings.models, model_options(settings), service.encoders()));
    TEMBLOR_ASSIGN_OR_RETURN(const auto server, HttpServer::listen(settings.http, service));
    service.watch(server.get());
    const Signals signals(*server, service, log);
    log.write(
        AccessLog::Level::kInfo,
        fmt::format("listening on {}://{}:{}", settings.http.certificate.empty() ? "http" : "https",
                    settings.http.address, server->port()));
    server->run();
    service.watch(nullptr);
    return Status::ok();
}

Outcome print_config(const ServeCommand& command) {
    TEMBLOR_ASSIGN_OR_RETURN(const ServerSettings settings,
                             ServerSettings::load(command.flags, command.config));
    return print(settings.to_toml());
}

/// A flag that is given once for each value.
void add_list(CLI::App& verb, const Setting& setting,
              const std::shared_ptr<ServeCommand>& command) {
    verb.add_option_function<std::vector<std::string>>(
            "--" + setting.flag(),
            [command, name = setting.name](const std::vector<std::string>& values) {
                std::string& joined = command->flags[name];
                for (const std::string& value : values)
                    joined += (joined.empty() ? "" : ",") + value;
            },
            setting.help + "; may be repeated")
        ->allow_extra_args(false);
}

void add_settings(CLI::App& verb, const std::shared_ptr<ServeCommand>& command) {
    verb.add_option("--config", command->config, "TOML file of settings");
    for (const Setting& setting : server_settings()) {
        if (setting.is_list) {
            add_list(verb, setting, command);
            continue;
        }
        verb.add_option_function<std::string>(
            "--" + setting.flag(),
            [command, name = setting.name](const std::string& value) {
                command->flags[name] = value;
            },
            setting.help);
    }
}

}  // namespace

void add_serve(CLI::App& app, Action& action) {
    auto command = std::make_shared<ServeCommand>();
    CLI::App* verb = app.add_subcommand("serve", "Serves the collections of a folder over HTTP");
    add_settings(*verb, command);
    verb->footer(
        "A setting's value is that of its flag, else of the environment (TEMBLOR_ and its name in "
        "capitals), else of the file, else the default.\n"
        "SIGTERM ends requests under way first; SIGHUP reads the certificate again.\n"
        "Examples:\n"
        "  temblor serve --data data\n"
        "  TEMBLOR_API_KEY=secret temblor serve --data data --listen 0.0.0.0:7333");
    verb->callback([&action, command] { action = [command] { return serve(*command); }; });

    CLI::App* config = app.add_subcommand("config", "Shows what a server would be set to");
    config->require_subcommand(1);
    CLI::App* print_verb = config->add_subcommand("print", "All settings, as a file for --config");
    add_settings(*print_verb, command);
    print_verb->footer("Keys are left out.\nExample:\n  temblor config print > temblor.toml");
    print_verb->callback(
        [&action, command] { action = [command] { return print_config(*command); }; });
}

}  // namespace temblor::cli
