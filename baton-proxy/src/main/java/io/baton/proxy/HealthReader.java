package io.baton.proxy;

import io.baton.proxy.HealthConfig.Check;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code health} of a cluster. */
final class HealthReader {
    private static final String PATH_FORM = "a path that begins with /, such as /healthz";
    private static final String HOST_FORM = "a host for the Host header, such as example.com or example.com:8080";
    private static final String STATUS_FORM = "a status such as 200, or a range such as 200-399, from 100 to 599";
    private static final Pattern STATUS = Pattern.compile("([1-5][0-9]{2})(?:-([1-5][0-9]{2}))?");

    private HealthReader() {}

    static HealthConfig read(Value value) throws ConfigException {
        Section section = value.section(Keys.HEALTH);
        return new HealthConfig(
                check(section),
                section.duration(
                        "interval",
                        HealthConfig.MIN_INTERVAL,
                        HealthConfig.MAX_INTERVAL,
                        HealthConfig.DEFAULT_INTERVAL),
                section.duration(
                        "timeout", HealthConfig.MIN_TIMEOUT, HealthConfig.MAX_TIMEOUT, HealthConfig.DEFAULT_TIMEOUT),
                section.integer("healthy", 1, HealthConfig.MAX_THRESHOLD).orElse(HealthConfig.DEFAULT_HEALTHY),
                section.integer("unhealthy", 1, HealthConfig.MAX_THRESHOLD).orElse(HealthConfig.DEFAULT_UNHEALTHY));
    }

    private static Check check(Section health) throws ConfigException {
        Optional<Value> tcp = health.find("tcp");
        Optional<Value> http = health.find("http");
        if (tcp.isPresent() && http.isPresent()) {
            throw http.get().problem("tcp and http in one health check, expected one of them");
        }
        if (http.isPresent()) {
            return http(health, http.get());
        }
        if (tcp.isEmpty()) {
            throw health.value().problem("no key \"tcp\" or \"http\", expected tcp: true or http: /PATH");
        }
        if (!tcp.get().bool()) {
            throw tcp.get().wrong("true, or no health at all for no checks");
        }
        for (String key : new String[] {"host", "status"}) {
            Optional<Value> value = health.find(key);
            if (value.isPresent()) {
                throw value.get().problem("%s beside tcp, expected it with http: /PATH only".formatted(key));
            }
        }
        return new Check.Tcp();
    }

    private static Check http(Section health, Value pathValue) throws ConfigException {
        String path = pathValue.text(PATH_FORM);
        if (!Check.Http.isTarget(path)) {
            throw pathValue.wrong(PATH_FORM);
        }
        Optional<Value> hostValue = health.find("host");
        Optional<String> host = Optional.empty();
        if (hostValue.isPresent()) {
            String text = hostValue.get().text(HOST_FORM);
            if (!RouteConfig.isHost(text.toLowerCase(Locale.ROOT).replaceFirst(":[0-9]{1,5}$", ""))) {
                throw hostValue.get().wrong(HOST_FORM);
            }
            host = Optional.of(text);
        }
        Optional<Value> status = health.find("status");
        if (status.isEmpty()) {
            return new Check.Http(path, host, Check.Http.DEFAULT_LOWEST, Check.Http.DEFAULT_HIGHEST);
        }
        Matcher form = STATUS.matcher(status.get().text(STATUS_FORM));
        if (!form.matches()) {
            throw status.get().wrong(STATUS_FORM);
        }
        int lowest = Integer.parseInt(form.group(1));
        int highest = form.group(2) == null ? lowest : Integer.parseInt(form.group(2));
        if (highest < lowest) {
            throw status.get().wrong(STATUS_FORM);
        }
        return new Check.Http(path, host, lowest, highest);
    }
}
