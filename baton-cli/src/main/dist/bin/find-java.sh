# Sourced, not run: finds a Java that Baton can run on. The machine's default java is often older, so PATH comes last.

BATON_JAVA_MIN=25

# Sets REPLY to the feature version of the Java in directory $1, or to 0. Reads the release file that every JDK carries: asking java
# itself would cost 40 ms at each start.
java_feature_version() {
  local line
  REPLY=0
  [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 0
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      JAVA_VERSION=*)
        line=${line#JAVA_VERSION=}
        line=${line//\"/}
        line=${line%%[!0-9]*}
        REPLY=${line:-0}
        return 0
        ;;
    esac
  done < "$1/release"
}

# Sets REPLY to the home of a Java that is new enough: JAVA_HOME, else the newest of the machine's, else the one on PATH. With "jdk" as
# $1 it must have a compiler too. One line on stderr and status 1 when there is none.
find_java() {
  local want=${1-} installed=${BATON_JVM_DIR:-/usr/lib/jvm} best='' best_version=$((BATON_JAVA_MIN - 1)) seen='' home
  if [ -n "${JAVA_HOME-}" ]; then
    java_feature_version "$JAVA_HOME"
    if [ "$REPLY" -ge "$BATON_JAVA_MIN" ] && java_suits "$JAVA_HOME" "$want"; then
      REPLY=$JAVA_HOME
      return 0
    fi
    seen="JAVA_HOME=$JAVA_HOME has $(java_words "$REPLY"); "
  fi
  for home in "$installed"/*; do
    java_feature_version "$home"
    if [ "$REPLY" -gt "$best_version" ] && java_suits "$home" "$want"; then
      best=$home
      best_version=$REPLY
    fi
  done
  if [ -z "$best" ] && home=$(command -v java); then
    home=$(readlink -f -- "$home")
    home=${home%/bin/java}
    java_feature_version "$home"
    if [ "$REPLY" -ge "$BATON_JAVA_MIN" ] && java_suits "$home" "$want"; then
      best=$home
    fi
  fi
  if [ -z "$best" ]; then
    echo "baton: no JDK $BATON_JAVA_MIN or newer found (${seen}none in $installed or on PATH): install one, or set JAVA_HOME" >&2
    return 1
  fi
  REPLY=$best
}

java_suits() {
  [ "$2" != jdk ] || [ -x "$1/bin/javac" ]
}

java_words() {
  if [ "$1" -eq 0 ]; then echo "no Java"; else echo "Java $1"; fi
}
