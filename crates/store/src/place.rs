//! Folders in which a database is not safe.

use std::path::Path;

/// File systems of other machines, as Linux names them.
const REMOTE_TYPES: &[&str] =
    &["nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "fuse.sshfs", "fuse.rclone", "davfs"];

/// Folders that a program copies to other machines behind SQLite's back.
const SYNC_FOLDERS: &[&str] = &[
    "Dropbox",
    "OneDrive",
    "Google Drive",
    "GoogleDrive",
    "iCloud Drive",
    "Mobile Documents",
    "Nextcloud",
    "ownCloud",
    "Syncthing",
    "pCloudDrive",
    "MEGA",
];

/// Whether the folder is on another machine.
pub(crate) fn is_remote(dir: &Path) -> bool {
    let is_unc = dir.to_string_lossy().starts_with(r"\\");
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let dir = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    is_unc || REMOTE_TYPES.contains(&mount_type(&mounts, &dir))
}

/// Type of the file system that holds `dir`: of the longest mount point above it, the last mounted.
fn mount_type<'m>(mounts: &'m str, dir: &Path) -> &'m str {
    let mount = |line: &'m str| {
        let mut words = line.split(' ').skip(1);
        let point = words.next()?.replace("\\040", " ");
        let is_above = dir.starts_with(&point);
        Some((point.len(), words.next()?)).filter(|_| is_above)
    };
    mounts.lines().filter_map(mount).max_by_key(|found| found.0).map_or("", |found| found.1)
}

/// The folder on the way that a program synchronises.
fn sync_folder(dir: &Path) -> Option<&'static str> {
    let names: Vec<String> =
        dir.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    let is_there = |known: &&&str| names.iter().any(|name| name.starts_with(**known));
    SYNC_FOLDERS.iter().find(is_there).copied()
}

/// What to tell the user about the folder.
pub(crate) fn warnings(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    if is_remote(dir) {
        found.push(format!(
            "{} is on another machine, where file locks are not reliable: never open it from two machines at once; a local folder is safe",
            dir.display()
        ));
    }
    if let Some(name) = sync_folder(dir) {
        found.push(format!(
            "{} lies in a folder that {name} synchronises, which can copy the database in the middle of a write; move the project and put exports there instead",
            dir.display()
        ));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str =
        "/dev/a / ext4 rw 0 0\nbox:/x /mnt/my\\040share nfs4 rw 0 0\n//b/c /home/u cifs rw 0 0\n";

    #[test]
    fn file_systems() {
        let check = |dir: &str, kind: &str| assert_eq!(mount_type(MOUNTS, Path::new(dir)), kind);
        check("/home", "ext4");
        check("/home/u/project", "cifs");
        check("/home/user", "ext4");
        check("/mnt/my share/p", "nfs4");
        assert_eq!(mount_type("", Path::new("/")), "");
    }

    #[test]
    fn synchronised_folders() {
        let check = |dir: &str, name| assert_eq!(sync_folder(Path::new(dir)), name);
        check("/home/u/Dropbox/p", Some("Dropbox"));
        check("/home/u/Dropbox (Work)/p", Some("Dropbox"));
        check("/home/u/OneDrive - Office/p", Some("OneDrive"));
        check("/home/u/texts/p", None);
    }
}
