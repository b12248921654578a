# Sourced by the launcher and by tests/run. Plain sh.

# Whether $1 is the home of a JDK 25.
is_jdk25() {
    [ -x "$1/bin/javac" ] && grep -q '^JAVA_VERSION="25[."]' "$1/release" 2>/dev/null
}

# Prints the home of a JDK 25: JAVA_HOME, the PATH, then the usual places. Fails when there is none.
find_jdk25() {
    if [ -n "${JAVA_HOME:-}" ] && is_jdk25 "$JAVA_HOME"; then
        printf '%s\n' "$JAVA_HOME"
        return 0
    fi
    on_path=$(command -v javac 2>/dev/null) && on_path=$(readlink -f "$on_path") && on_path=${on_path%/bin/javac}
    for home in "${on_path:-/nonexistent}" /usr/lib/jvm/*25* /usr/java/*25* /usr/local/*jdk*25* /opt/*25* /opt/java/*25* \
        "${HOME:-/nonexistent}"/.sdkman/candidates/java/25* "${HOME:-/nonexistent}"/.jdks/*25*; do
        if is_jdk25 "$home"; then
            printf '%s\n' "$home"
            return 0
        fi
    done
    return 1
}

# Says on stderr what to install; $1 is what is missing: jdk or maven.
say_how_to_install() {
    case $1 in
    jdk)
        cat >&2 <<'END'
juicefs: no JDK 25 found (looked at JAVA_HOME, the PATH, /usr/lib/jvm, /usr/java, /usr/local, /opt, ~/.sdkman, ~/.jdks). Install one:
  Debian 13, Ubuntu 24.04 and later:  apt-get install openjdk-25-jdk-headless
  Fedora 43 and later:                dnf install java-25-openjdk-devel
  anything else:                      unpack Eclipse Temurin 25 (a JDK, not a JRE) and set JAVA_HOME to its folder
END
        ;;
    maven)
        cat >&2 <<'END'
juicefs: Maven (3.8 or later) is needed to build the agent once. Install it:
  Debian, Ubuntu:  apt-get install maven
  Fedora:          dnf install maven
END
        ;;
    esac
}
